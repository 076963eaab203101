"""TK3xx: what must be held against what the devices hold."""
