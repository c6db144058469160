"""Ways to other systems. Each is a folder of its own that can be deleted without a trace in the others."""
