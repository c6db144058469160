"""Field types: one small file each says how a value is parsed, shown, filtered and described to programs."""
