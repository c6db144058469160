"""Who may do what: users, teams, roles, scopes, field rights, tokens, and the one gate that asks them."""
