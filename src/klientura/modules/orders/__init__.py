"""Invoices: what was sold and what is owed."""
