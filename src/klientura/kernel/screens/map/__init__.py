"""A map over any kind of record that has a place: heaps from the server, drawn by the browser."""
