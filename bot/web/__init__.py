"""The HTTP server: routes only, which ask others for what they answer."""
