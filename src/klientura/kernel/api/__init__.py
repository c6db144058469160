"""REST over every registered object, with its OpenAPI description."""
