"""The bot in a simulated Discord, in a browser, without a token.

Nothing knows this room but the command that opens it, since the simulation (SimCord) is
an extra that the image of a bot does without.
"""
