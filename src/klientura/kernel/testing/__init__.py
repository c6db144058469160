"""The conformance suite that every registered object inherits, and what tests build on."""
