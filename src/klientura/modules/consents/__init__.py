"""Owns what people have consented to, by which text, and what they have taken back; and answers whether something is allowed.

Others may use: models (types), queries, services, enums. Words: consent, text of consent, purpose, channel.
"""
