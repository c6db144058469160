"""Generic machinery over declared objects. Knows no business noun; modules stand on it."""
