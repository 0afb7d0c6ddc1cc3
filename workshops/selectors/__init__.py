"""One read per page of workshops."""
