"""What a message shows, one file for each kind of it."""
