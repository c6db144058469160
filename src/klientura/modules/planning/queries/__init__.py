"""What is asked of plans and of the facts beside them."""
