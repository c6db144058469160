"""Which other machines we speak to on behalf of users, and the connection to them."""
