"""Questions answered from the posts."""
