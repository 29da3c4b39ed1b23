"""The image, built and run. Only ``make image-test`` does that: it takes minutes."""
