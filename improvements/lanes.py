"""What the improvements show on a journey map."""
