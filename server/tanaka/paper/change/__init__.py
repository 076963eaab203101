"""Factors and percentages with the two values that they compare."""
