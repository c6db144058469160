"""Reading own companies."""
