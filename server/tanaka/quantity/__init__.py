"""Quantities as authors write them: a number, its unit, and how far its rounding reaches.

Knows plain text only: no LaTeX, no paper, no hardware.
"""

from tanaka.quantity.interval import Interval
from tanaka.quantity.literal import Literal
from tanaka.quantity.model import Kind, Qualifier, Quantity, Reading
from tanaka.quantity.reader import read

__all__ = ["Interval", "Kind", "Literal", "Qualifier", "Quantity", "Reading", "read"]
