"""What all generators share: a site's files, its configuration, detection, paths, slugs."""
