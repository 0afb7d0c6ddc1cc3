"""The columns of a library file: their headings in both languages, how their values are written and read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cxmap.lib.text import fold
from touchpoints.models import Party, Personalisation, Phase, PointKind, Presence, Span

CODE = re.compile(r"[a-z0-9_-]{1,60}\Z", re.IGNORECASE)


class Unreadable(Exception):
    """A value that a column cannot hold; the text says what it could be."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `words` are further headings by which it is known, folded, in French and English."""

    key: str
    label: Any
    meaning: Any
    words: str = ""
    choices: type[TextChoices] | None = None
    longest: int = 0  # characters of a text
    read: Callable[[str], Any] | None = None
    width: int = 18


def amount(text: str) -> Decimal:
    """Return an amount as people of both languages write it: 1 200,50, 1,200.50, 1200.5. Raises Unreadable.

    A point or comma with three digits behind it may be either, so it is refused rather than guessed.
    """
    bare = re.sub(r"[\s\u00a0\u202f'’€$£]|EUR|USD|GBP|CHF|CAD", "", text, flags=re.IGNORECASE)
    if re.fullmatch(r"\d{1,3}([.,])\d{3}", bare) and not bare.startswith("0"):
        raise Unreadable(_("“%(text)s” can be read in two ways: write it like 1200 or 1200.50.") % {"text": text})
    grouped = re.fullmatch(r"(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})*)(?:[.,](\d{1,2}))?", bare)
    if grouped and (grouped[3] or grouped[1].count(grouped[2]) > 1):
        bare = re.sub(r"[.,]", "", grouped[1]) + (f".{grouped[3]}" if grouped[3] else "")
    bare = bare.replace(",", ".")
    if not re.fullmatch(r"\d+(\.\d+)?", bare, re.ASCII):
        raise Unreadable(_("“%(text)s” is not an amount: write a number such as 1200 or 1200.50.") % {"text": text})
    number = Decimal(bare)
    if number >= Decimal(10) ** 12:
        raise Unreadable(_("“%(text)s” is too large.") % {"text": text})
    return number.quantize(Decimal("0.01"))


def count(text: str) -> int:
    """Return a whole number; points, commas and spaces between groups of three are left out. Raises Unreadable."""
    bare = re.sub(r"[\s\u00a0\u202f'’]", "", text)
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", bare):
        bare = re.sub(r"[.,]", "", bare)
    if not bare.isascii() or not bare.isdecimal() or len(bare) > 15:
        raise Unreadable(_("“%(text)s” is not a whole number.") % {"text": text})
    return int(bare)


def months(text: str) -> int:
    number = count(text)
    if not 1 <= number <= 120:
        raise Unreadable(_("“%(text)s” is not a number of months from 1 to 120.") % {"text": text})
    return number


COLUMNS: Sequence[Column] = (
    Column("code", gettext_lazy("code"), gettext_lazy("Names the touchpoint in files and in the API; it never changes. Left empty for a new one, it is made from the name."), "identifiant|id|identifier|key|cle", longest=60, width=24),
    Column("name", gettext_lazy("name"), gettext_lazy("What it is called; identifies it where there is no code."), "nom|touchpoint|point de contact|libelle|intitule|title|titre", longest=200, width=34),
    Column("category", gettext_lazy("category"), gettext_lazy("One of the four categories, by name or code."), "categorie"),
    Column("channel", gettext_lazy("channel"), gettext_lazy("A channel of the workspace, by name or code."), "canal|canaux|media"),
    Column("presence", gettext_lazy("online or offline"), gettext_lazy("online, offline or both."), "en ligne ou hors ligne|en ligne|online|presence|online, offline|en ligne, hors ligne", Presence),
    Column("phase", gettext_lazy("phase"), gettext_lazy("before, during or after the sale."), "moment de la vente|sales phase", Phase),
    Column("owner", pgettext_lazy("item", "owner"), gettext_lazy("The department or person in charge."), "responsable|service responsable|proprietaire|department|departement|direction|equipe|team", longest=120),
    Column("description", gettext_lazy("description"), gettext_lazy("What it is."), "descriptif|detail|details|commentaire|comment", longest=4000, width=40),
    Column("cost", gettext_lazy("cost"), gettext_lazy("In the currency of the workspace. Empty: unknown, which is not 0."), "cout|couts|budget|costs|cout par periode|cost per period|cost in|cout en", read=amount, width=12),
    Column("cost_span", gettext_lazy("cost period"), gettext_lazy("What the cost is counted over: month, quarter or year."), "periode du cout|periode de cout|cost per", Span),
    Column("volume", gettext_lazy("contacts"), gettext_lazy("How many contacts, as somebody knows or estimates. Empty: unknown."), "volume|nombre de contacts|contact|trafic|traffic", read=count, width=12),
    Column("volume_span", gettext_lazy("contacts period"), gettext_lazy("What the contacts are counted over: month, quarter or year."), "periode des contacts|periode du volume|volume period", Span),
    Column("personalisation", gettext_lazy("personalisation"), gettext_lazy("none, segment, individual or live. Empty: not said yet."), "personnalisation|niveau de personnalisation|personalization|personalisation level", Personalisation, width=26),
    Column("proactive_trigger", gettext_lazy("before they ask"), gettext_lazy("What is done before customers ask, and what sets it off."), "avant qu'ils ne demandent|avant la demande|proactivite|declencheur proactif|proactive trigger|proactive help|aide proactive", longest=4000, width=34),
    Column("competitor_note", gettext_lazy("competitors"), gettext_lazy("What competitors do here."), "concurrents|concurrence|note sur les concurrents|competitor note|competition", longest=4000, width=34),
    Column("content_months", gettext_lazy("content is old after (months)"), gettext_lazy("After how many months its content is said to be old."), "contenu ancien apres|contenu ancien apres mois|content is old after|content months", read=months, width=14),
    Column("kind", gettext_lazy("kind"), gettext_lazy("communication or action, as in CJML."), "type|nature|genre", PointKind, width=26),
    Column("initiator", gettext_lazy("begun by"), gettext_lazy("customer, company, partner or others."), "initiateur|initiator|a l'initiative de|initie par", Party),
    Column("receiver", gettext_lazy("received by"), gettext_lazy("customer, company, partner or others; empty for an action."), "destinataire|receiver|recu par", Party),
)  # fmt: skip

# Written for the reader, never read back.
FACTS: Sequence[Column] = (
    Column("maps", gettext_lazy("maps"), gettext_lazy("On how many maps it stands; only for reading."), "cartes|parcours"),
    Column("kpis", gettext_lazy("KPIs"), gettext_lazy("How many KPIs it has; only for reading."), "kpi|indicateurs"),
    Column("updated_on", gettext_lazy("last change"), gettext_lazy("When somebody last changed it; only for reading."), "derniere modification|dernier changement|last update|mise a jour"),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}


def _bare(heading: str) -> str:
    """Return a heading as it is compared: folded, without what stands in brackets and without signs."""
    text = re.sub(r"\([^)]*\)", " ", fold(heading))
    return " ".join(re.sub(r"[^a-z0-9' ,]+", " ", text).split())


@lru_cache(maxsize=1)
def headings() -> Mapping[str, str]:
    """Return the key of every heading that is known, in both languages, whatever the reader's."""
    found: dict[str, str] = {}
    for language in ("fr", "en"):
        with translation.override(language):
            for column in (*COLUMNS, *FACTS):
                found.setdefault(_bare(str(column.label)), column.key)
    for column in (*COLUMNS, *FACTS):
        for words in (column.key.replace("_", " "), *column.words.split("|")):
            found.setdefault(_bare(words), column.key)
    return found


def key_of(heading: str) -> str:
    """Return the key of the column that a heading names; "" when it is none of ours."""
    return headings().get(_bare(heading.replace("_", " ")), "")


@lru_cache(maxsize=16)
def _choice_words(choices: type[TextChoices]) -> Mapping[str, str]:
    found = {fold(value): value for value in choices.values}
    for language in ("fr", "en"):
        with translation.override(language):
            for value, label in choices.choices:
                found.setdefault(fold(str(label)), value)
                found.setdefault(fold(str(label)).partition(" : ")[0].partition(":")[0].strip(), value)
    for words, value in (EXTRA_WORDS.get(choices.__name__, {})).items():
        found.setdefault(words, value)
    return found


EXTRA_WORDS: Mapping[str, Mapping[str, str]] = {
    "Presence": {"en ligne": "online", "hors ligne": "offline", "les deux": "both", "digital": "online", "physique": "offline"},
    "Phase": {"avant": "before", "pendant": "during", "apres": "after"},
    "Span": {"mois": "month", "trimestre": "quarter", "an": "year", "annee": "year", "monthly": "month", "mensuel": "month", "yearly": "year", "annuel": "year", "trimestriel": "quarter", "quarterly": "quarter"},
    "Personalisation": {"aucune": "none", "aucun": "none", "par segment": "segment", "segment": "segment", "individuelle": "individual", "individual": "individual", "temps reel": "live", "real time": "live"},
    "PointKind": {"communication": "communication", "action": "action"},
    "Party": {"client": "customer", "entreprise": "company", "partenaire": "partner", "autres": "others"},
}  # fmt: skip


def choice(column: Column, choices: type[TextChoices], text: str) -> str:
    """Return the code of a choice written as code or label in either language. Raises Unreadable, with what there is."""
    value = _choice_words(choices).get(fold(text))
    if value is None:
        known = ", ".join(choices.values)
        raise Unreadable(
            _("“%(text)s” is not known as %(column)s; there are: %(known)s.")
            % {"text": text, "column": column.label, "known": known}
        )
    return value


def value_of(column: Column, text: str) -> Any:
    """Return what a cell says, without what a workspace has of its own (category, channel). Raises Unreadable."""
    if column.choices is not None:
        return choice(column, column.choices, text)
    if column.read is not None:
        return column.read(text)
    if column.longest and len(text) > column.longest:
        raise Unreadable(
            _("%(column)s is too long: at most %(longest)s characters.")
            % {"column": str(column.label).capitalize(), "longest": column.longest}
        )
    return text
