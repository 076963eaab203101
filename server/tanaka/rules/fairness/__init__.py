"""TK6xx: whether the comparison is fair and measures what matters."""
