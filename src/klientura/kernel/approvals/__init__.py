"""Approval: who has to agree before a record goes on, in which order, and what they said to which state of it."""
