"""Saved views on screen: the line of views above a list, its dialogs, pinned views in the navigation."""
