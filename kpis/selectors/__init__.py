"""What the pages of KPIs read."""
