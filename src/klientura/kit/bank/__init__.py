"""Statements of banks and what payers write in them, read without any database."""
