"""What is logged, measured and reported, and what never is."""
