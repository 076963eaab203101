"""LaTeX text to passages and tables with a map back to the source.

The only package that imports pylatexenc, and that in one module (`parse`).
"""
