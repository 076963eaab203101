"""TK6xx: is the comparison fair, and does it measure what matters?"""
