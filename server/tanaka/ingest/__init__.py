"""Papers that are no LaTeX, made into text that the LaTeX reader understands."""
