"""Folders of posts, as people really keep them."""
