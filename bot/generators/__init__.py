"""One file for each site generator: what marks its sites, its links, its Markdown."""
