"""The bot on the wire: sessions, commands and answers, with a loopback server as Discord."""
