"""Merging on screen: the records side by side, what would come of it, and the way back."""
