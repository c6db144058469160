"""The PostgreSQL server that the program brings, starts and stops by itself."""
