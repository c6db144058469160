"""Writes of the client base."""
