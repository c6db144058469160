"""Writes of interactions and tasks."""
