"""Whether something is allowed, and what stands with a person."""
