"""TK8xx: what a draft adds to its baseline, and who has it already."""
