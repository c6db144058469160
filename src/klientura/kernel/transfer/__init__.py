"""Import and export of any object."""
