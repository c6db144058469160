"""What a user is told: notifications in the product and by e-mail, and what they follow, keep at hand, opened last."""
