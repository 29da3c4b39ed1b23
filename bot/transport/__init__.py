"""How the bot reaches Discord: the gateway, the list of commands, the invitation."""
