"""Numbering and printing papers."""
