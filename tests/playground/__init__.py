"""The playground: its covers, its channel, and a newcomer's way through it in a browser."""
