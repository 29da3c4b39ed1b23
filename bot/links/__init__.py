"""Which address each post has, by what its site lists."""
