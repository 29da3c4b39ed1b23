"""Answers a reader's question from the posts with a language model, and names its sources."""
