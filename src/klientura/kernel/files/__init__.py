"""Files that records hold: their names here, their bytes in a store of bytes, each content once."""
