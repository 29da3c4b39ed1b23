"""Discord on the wire: its API description, its unwritten limits, a server that plays it."""
