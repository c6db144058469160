"""The pages on which people decide about likely duplicates."""
