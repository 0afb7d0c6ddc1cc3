"""Which data are a persona's: some segments, and values of dimensions that sources carry (A9)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from personas.errors import RuleRefused

DIMENSIONS_MAX = 10
VALUES_MAX = 200  # of all dimensions together
LENGTH_MAX = 200  # characters of a name or value


def rule_checked(rule: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a rule as it is stored: dimension → the values that count, both sorted; empty lists are left out.

    A row counts when it has one of the values in every dimension named. Raises RuleRefused.
    """
    found: dict[str, list[str]] = {}
    for given, values in rule.items():
        if not isinstance(given, str) or not isinstance(values, Sequence) or isinstance(values, str):
            raise RuleRefused(_("A rule names dimensions, and for each a list of its values."))
        texts = sorted({str(value).strip() for value in values if isinstance(value, str | int | float)} - {""})
        name = given.strip()
        if texts and (not name or max(map(len, [name, *texts])) > LENGTH_MAX):
            raise RuleRefused
        if texts:
            found[name] = texts
    if len(found) > DIMENSIONS_MAX or sum(map(len, found.values())) > VALUES_MAX:
        raise RuleRefused(
            _("A rule holds at most %(dimensions)s dimensions and %(values)s values.")
            % {"dimensions": DIMENSIONS_MAX, "values": VALUES_MAX}
        )
    return dict(sorted(found.items()))
