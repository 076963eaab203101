"""What a paper states and mentions: numbers, claims, mentions, tables.  Facts without offsets."""
