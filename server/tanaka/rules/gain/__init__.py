"""TK7xx: what a gain on a part is worth to the whole, and what it costs to have it."""
