"""From a file to a post: front matter, fields and their spellings, excerpts, what is no post."""
