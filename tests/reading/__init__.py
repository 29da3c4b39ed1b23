"""Files are understood as their authors meant them."""
