"""Every rule, by hand, in order of code."""
