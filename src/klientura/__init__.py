"""Klientura: an open-source CRM. See docs/developer for the map of the house."""

__version__ = "0.1.0"
