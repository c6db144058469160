"""Sharing on screen: of one record and of many, and who sees a record."""
