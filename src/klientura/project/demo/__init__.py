"""A made-up company to look around in, small or large, always the same for the same seed."""
