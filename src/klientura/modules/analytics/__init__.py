"""Analysis across modules: what the figures of a company say, each with the rows behind it."""
