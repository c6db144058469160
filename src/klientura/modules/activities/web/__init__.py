"""Pages of interactions and tasks that differ from the generic ones: the timeline of a card, the quick entry."""
