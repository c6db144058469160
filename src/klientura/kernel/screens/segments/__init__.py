"""Segments on screen: their list, the page of one, making them of others, filling lists, and where a record is in."""
