"""``slashpost doctor``: looks over everything that the bot needs, and changes nothing."""
