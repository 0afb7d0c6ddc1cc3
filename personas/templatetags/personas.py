"""What the sheet writes beside a piece of evidence."""

from django import template

from personas.evidence import details

register = template.Library()
register.filter("evidence_details", details)
