"""Telling other systems over HTTP what happens: signed, retried, as far as the webhook's owner may see it."""
