"""Tanaka: recomputes the numbers of an ML-systems paper and shows the work."""

__version__ = "0.1.0"
