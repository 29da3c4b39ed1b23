"""What readers see and do in Discord."""
