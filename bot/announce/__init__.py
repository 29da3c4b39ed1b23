"""Which posts are new, who hears of them, once."""
