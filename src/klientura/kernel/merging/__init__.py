"""Merging records that are one thing in life, and taking them apart again."""
