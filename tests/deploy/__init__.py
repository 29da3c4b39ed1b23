"""Whether the files that other people's programs read are what those programs expect."""
