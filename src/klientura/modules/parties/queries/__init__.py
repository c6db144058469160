"""Reads of parties for other modules."""
