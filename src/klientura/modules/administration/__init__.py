"""Settings of the company, its users, teams, rights and keys. Knows nothing of clients and sales."""
