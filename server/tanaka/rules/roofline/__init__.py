"""TK2xx: rates against the roof of the device named."""
