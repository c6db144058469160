"""What is said about a record: a tab of its card."""
