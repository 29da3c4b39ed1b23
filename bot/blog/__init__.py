"""The words everyone shares: posts, tags, hits, problems, and the Protocols between rooms.

This room imports nothing of ours, so that every other room may import it.
"""
