"""The hardware models as calculators: what each takes, what it gives, and how they are found."""
