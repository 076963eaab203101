"""Findings in the persona's words.  The only package that knows the persona."""
