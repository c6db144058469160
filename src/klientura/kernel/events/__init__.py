"""Domain events: a row of the outbox in the transaction of the write, delivered after its commit."""
