"""Writing and completing with the catalogue."""
