"""Verdicts that several rules of numbers share: on a change, and on a product."""
