"""Every write of a map, by noun. Each bumps the board's revision and writes one row of the change log."""
