"""Sharing single records with people and teams beside the rights of their roles."""
