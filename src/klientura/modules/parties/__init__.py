"""Owns organisations and people, their contact points, addresses, bank accounts, and relations between them.

Others may use: models (foreign keys, types), queries, services, enums. Words: party, organisation, person, contact point.
"""
