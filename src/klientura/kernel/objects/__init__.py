"""Objects: the declaration of a kind of record (ObjectSpec) and the plain data compiled from it (Shape)."""
