"""Every write of workshops, by noun."""
