"""Segments: sets of records under a name, by a list or by a live rule, with the history of who came and went."""
