"""Money that comes in: payments, bank statements, what clients owe."""
