"""Pages over every registered object: list, board, card, form, palette."""
