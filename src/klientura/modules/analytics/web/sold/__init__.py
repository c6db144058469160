"""The pages of the analysis of sales."""
