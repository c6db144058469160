"""Owns what is written between us and others: mailboxes, their letters and threads, and what letters are bound to."""
