"""The public link of each post: one file per site generator, and how to tell which it is."""
