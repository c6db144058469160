"""Django on PostgreSQL as this product uses it."""
