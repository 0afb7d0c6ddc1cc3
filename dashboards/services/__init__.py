"""Every write of the dashboards, one module a noun."""
