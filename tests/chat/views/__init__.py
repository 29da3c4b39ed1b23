"""What a message shows."""
