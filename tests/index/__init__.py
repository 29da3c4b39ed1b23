"""The index, from a snapshot to an answer."""
