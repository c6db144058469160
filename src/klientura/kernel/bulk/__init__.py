"""Acts over many records in the background."""
