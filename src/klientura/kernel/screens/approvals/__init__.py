"""Approval on the screen: on the cards of records, and all that waits for a decision."""
