"""Posts from an RSS, Atom or JSON feed, for blogs whose Markdown cannot be read."""
