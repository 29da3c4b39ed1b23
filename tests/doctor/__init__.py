"""What ``slashpost doctor`` finds, against a Discord on the loopback interface."""
