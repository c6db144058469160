"""Saved views: a name for what a list shows, kept for oneself, one's team or everyone."""
