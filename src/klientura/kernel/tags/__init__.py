"""The tags of fields: what each is called, its colour, which were merged; records hold their codes only."""
