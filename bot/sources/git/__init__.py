"""Posts in a git repository: fetched, kept beside the state, and read without being checked out."""
