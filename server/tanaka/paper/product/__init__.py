"""Counts, amounts and rates that multiply to another."""
