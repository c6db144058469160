"""The first run: from an empty database to a signed-in administrator."""
