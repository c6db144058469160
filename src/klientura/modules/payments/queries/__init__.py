"""Reading payments and what clients owe."""
