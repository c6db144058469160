"""Verbs of administration."""
