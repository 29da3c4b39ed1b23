"""Posts in git repositories, fetched over HTTP from git's own server."""
