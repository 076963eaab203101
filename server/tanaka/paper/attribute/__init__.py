"""Settings that sentences state: what is counted, of what, and under which condition."""
