"""Pages of papers of sales."""
