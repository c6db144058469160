"""A calendar over any kind of record that has a date: drawn by the server, moved by hand or in a dialog."""
