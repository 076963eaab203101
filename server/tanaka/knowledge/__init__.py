"""What the field knows, as data with sources: mechanisms, works, combinations, twists, traps."""
