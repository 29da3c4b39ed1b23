"""Every command, as a reader sees it."""
