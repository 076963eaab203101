"""TK5xx: corner cases that the paper should answer."""
