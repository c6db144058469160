"""Owns what happened between us and a party (interactions) and what has to be done (tasks)."""
