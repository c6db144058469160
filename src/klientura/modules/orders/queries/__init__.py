"""Reading papers of sales."""
