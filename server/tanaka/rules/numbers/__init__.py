"""TK1xx: stated numbers against each other."""
