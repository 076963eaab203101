"""TK4xx: transfers, collectives and scaling against links and schedules."""
