"""Reads of the dashboards, one module a page or a kind of figure."""
