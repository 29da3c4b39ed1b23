"""Public links, as each generator would publish them."""
