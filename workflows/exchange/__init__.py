"""Forms in which a definition leaves the product and comes in."""
