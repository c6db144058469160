"""Duplicates: looking through a whole base for records of one client, and the queue of pairs that people decide on."""
