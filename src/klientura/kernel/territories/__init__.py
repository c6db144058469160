"""Territories: rules that give records to people, as they are made and over the whole base."""
