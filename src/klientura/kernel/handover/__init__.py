"""Handing the work of one user over to others: what it would do, and doing it."""
