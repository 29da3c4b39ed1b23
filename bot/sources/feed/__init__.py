"""Posts from an RSS, Atom or JSON feed, for blogs whose Markdown is out of reach."""
