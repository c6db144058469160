"""Certain duplicates merged by themselves, where an administrator has said so."""
