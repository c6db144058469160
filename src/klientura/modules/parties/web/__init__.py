"""Pages of the client base beyond the generic ones."""
