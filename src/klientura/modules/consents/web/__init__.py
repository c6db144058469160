"""The panel of consents on the card of a person."""
