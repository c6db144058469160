"""Verbs of consents."""
