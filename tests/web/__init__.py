"""The HTTP server, asked over a real socket."""
