"""Writing papers of sales."""
