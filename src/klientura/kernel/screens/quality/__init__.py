"""Quality of the base on screen: how far records are filled in, rules with their work lists, what a record lacks."""
