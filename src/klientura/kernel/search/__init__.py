"""Search: folded text by trigger, words for misspellings, parts searched with their record."""
