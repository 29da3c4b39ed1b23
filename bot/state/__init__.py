"""``state.db``: what exists nowhere else, such as what was registered with Discord."""
