"""A list as a spreadsheet: one cell edited in its place, and tables pasted into many."""
