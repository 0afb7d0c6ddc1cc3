"""The catalogue of the product: what every new workspace gets, in both languages."""

from kpis.definitions.base import Definition
from kpis.definitions.guides import GUIDES
from kpis.definitions.loyalty import LOYALTY
from kpis.definitions.marketing import MARKETING
from kpis.definitions.sales import SALES
from kpis.definitions.service import SERVICE

# The rank of a KPI is its place here: new ones go to the end of their group, groups to the end.
CATALOGUE = (*GUIDES, *MARKETING, *SALES, *SERVICE, *LOYALTY)

__all__ = ["CATALOGUE", "Definition"]
