"""What we sell and for how much: products, prices, discounts, taxes, exchange rates."""
