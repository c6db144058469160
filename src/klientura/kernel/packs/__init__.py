"""Packs: kinds of record, fields, arrangements and views for a line of business, as one versioned file."""
