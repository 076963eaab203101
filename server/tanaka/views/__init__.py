"""Findings to plain pictures and text for any front end; no protocol types, no I/O."""
