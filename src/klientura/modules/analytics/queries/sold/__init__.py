"""Questions about what was sold (ADR 28)."""
