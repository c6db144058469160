"""Comments on records: what colleagues say to each other about one, with mentions."""
