"""A post's body, as Markdown or HTML, becomes blocks, and blocks become pages for Discord."""
