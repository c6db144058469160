"""Quality of the base: how far records are filled in, and rules that describe a fault, each with its work list."""
