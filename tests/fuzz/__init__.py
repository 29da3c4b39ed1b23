"""Hostile input of every kind, within a second of processor time for a megabyte."""
