"""What tests of every object share: a small company, records of every kind, the conformance suite."""
