"""What is new is announced to those who asked, once and in order."""
