"""Child processes with caps: what can hang, explode or block runs there."""
