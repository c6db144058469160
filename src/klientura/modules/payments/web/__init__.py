"""Pages of payments and of what clients owe."""
