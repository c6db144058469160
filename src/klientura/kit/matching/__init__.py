"""Whether two records speak of one client: comparison of plain facts, weighed by how rare what they share is."""
