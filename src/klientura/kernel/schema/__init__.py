"""Changing the schema while people work: fields and kinds of record added in the browser, real columns and tables beneath."""
