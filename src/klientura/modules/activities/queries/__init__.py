"""Reads of interactions and tasks."""
