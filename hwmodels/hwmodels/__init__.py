"""Roofline, memory and straggler models of training hardware, with a source for every number.

Imports numpy only, and that only where arrays are computed.
"""
