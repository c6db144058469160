"""What must hold for plans, and how many of them are set at once."""
