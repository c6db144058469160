"""Our own companies, their requisites, the numbers of papers, and how a paper becomes a file."""
