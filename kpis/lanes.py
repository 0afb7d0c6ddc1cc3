"""What the KPIs show on a journey map."""
