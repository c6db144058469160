"""Formulas that administrators write: parsed into a typed tree, computed here or turned into SQL. Nothing in them is ever run as code."""
