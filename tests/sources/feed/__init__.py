"""Posts from feeds, as hosts really serve them."""
