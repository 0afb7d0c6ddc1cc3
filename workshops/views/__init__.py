"""Pages of workshops: the list, the facilitator's room, the results, and what guests see."""
