"""Hints at personal data in a sheet: never an error, because a pattern cannot tell a person from a street.

A persona is semi-fictional. What looks like a real customer's age, address, number or name is named with its field, and
the reader decides. French and English ways of writing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from personas.models import Quadrant, TraitField
from personas.selectors import Sheet


@dataclass(frozen=True, slots=True)
class Hint:
    """One suspicion: where, what was seen, and what to write instead."""

    field: str
    kind: str
    seen: str
    advice: str | Promise


ADVICE = {
    "age": _("an exact age: an age band such as 30–39 says as much and points at nobody"),
    "birth": _("a date or year of birth: write an age band"),
    "email": _("an e-mail address: a persona has none"),
    "phone": _("a telephone number: a persona has none"),
    "iban": _("a bank account number (IBAN): delete it"),
    "card": _("a number like one of a payment card: delete it"),
    "nir": _("a social security number: delete it"),
    "address": _("a street address: a region or a size of town is enough"),
    "name": _("a first name with a family name: if this is a real person, invent another one"),
}
UPPER, LOWER = "A-ZÀ-ÖØ-Þ", "a-zà-öø-ÿ"
_WORD = rf"[{UPPER}][{LOWER}’']+(?:-[{UPPER}][{LOWER}]+)?"
_FAMILY = rf"(?:(?:de|du|des|van|von|da|di|le|la|Le|La|Mac|Mc|O['’])\s?)?(?:{_WORD}|[{UPPER}]{{3,}})"

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){3,7}(?:[ \u00a0]?[A-Z0-9]{1,3})?\b")
NIR = re.compile(
    r"(?<!\d)[12][ .]?\d{2}[ .]?(?:0[1-9]|1[0-2])[ .]?(?:\d{2}|2[AB])[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{2})?(?!\d)"
)
CARD = re.compile(r"(?<![\d])(?:\d[ \u00a0-]?){12,18}\d(?!\d)")
PHONE = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}[ .\u00a0-]?(?:\(0\)[ ]?)?\d(?:[ .\u00a0-]?\d){6,11}"  # +33 6 12 34 56 78
    r"|0[1-9](?:[ .\u00a0-]?\d{2}){4}"  # 06 12 34 56 78
    r"|0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}"  # 020 7946 0958
    r"|\(\d{3}\)[ ]?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?!\d)"  # (555) 123-4567
)
AGE = re.compile(
    r"(?<![\d–-])(?P<fr>1[5-9]|[2-9]\d) ?ans\b|\b(?P<en>1[5-9]|[2-9]\d)(?:[ -]years?[ -]olds?| y/?o)\b"
    r"|\bage[d]? (?:of )?(?P<aged>1[5-9]|[2-9]\d)\b|âgée? de (?P<agee>1[5-9]|[2-9]\d)\b",
    re.IGNORECASE,
)
ALONE = re.compile(r"^\s*(1[5-9]|[2-9]\d)\s*(?:$|[,;(])")  # the field "Age" or a few words that begin with "34,"
# An age that is a bound or one end of a band: "30 à 39 ans", "plus de 60 ans", "depuis 10 ans", "under 30 years old".
BAND_BEFORE = re.compile(
    r"(?:\d\s*(?:à|a|-|–|to|et|and|/)|plus de|moins de|au moins|à partir de|dès|jusqu['’]à|avant|après|entre|depuis|il y a"
    r"|pendant|sur|en|dans|over|under|above|below|than|least|most|from|until|for|since|about|environ|autour de|tous les)\s*$",
    re.IGNORECASE,
)
BAND_AFTER = re.compile(r"\s*(?:à|a|-|–|to|et|and|/|or|ou)\s*\d", re.IGNORECASE)
BIRTH = re.compile(
    r"\b(?:née? (?:le|en)|born (?:on|in)|date de naissance|date of birth|DOB)\b[^.\n]{0,20}?\d[\d/ .-]*", re.IGNORECASE
)
STREET = re.compile(
    r"\b\d{1,4}(?: ?(?:bis|ter|quater|[A-Da-d]))?,? (?:rue|avenue|av\.|boulevard|bd|bld|impasse|allée|chemin|place|quai|"
    r"route|square|cours|passage|faubourg|résidence)\b[^,.;\n]{2,40}"
    r"|\b\d{1,5}[A-Da-d]? (?:[A-Z][\w'’]+ ){1,3}(?:Street|St\b|Road|Rd\b|Avenue|Ave\b|Lane|Drive|Close|Court|Square|Terrace"
    r"|Gardens|Crescent|Boulevard|Way|Place)\b",
    re.IGNORECASE,
)
TITLED = re.compile(rf"\b(?:M\.|Mme|Mlle|Monsieur|Madame|Mr\.?|Mrs\.?|Ms\.?|Miss|Dr\.?) (?:{_WORD} )?{_FAMILY}")
FULL_NAME = re.compile(rf"\b(?P<first>{_WORD}) (?P<family>{_FAMILY})(?![{LOWER}])")
# Names of a few dozen letters per country tell a person from "Société Générale"; folded to lower case.
_NAMES = (
    "adam adrien agnès alain alexandra alexandre alexis alice amélie amina anaïs andré andrew anne antoine arnaud arthur "
    "aurélie barbara benjamin benoît bernard brigitte bruno camille carole caroline catherine cécile céline charles "
    "charlotte chloé christian christelle christine christophe claire claude clara clément corinne daniel david delphine "
    "denis didier dominique dorothée édouard elena élise élodie elizabeth emily emma emmanuel éric estelle éva fabien fabrice "
    "fatima fatou florence florian francis françois françoise franck frédéric gabriel gaëlle gérard georges gilles grace "
    "grégory guillaume guy hannah harry hélène henri henry hugo inès isabelle jack jacques james jane jean jeanne jennifer "
    "jérôme jessica joël john jonathan joseph joséphine julia julie julien juliette karim karine kevin laetitia laura laurence "
    "laurent léa léo liam linda lisa louis louise luc lucas lucie lucy ludovic manon marc marcel margaret marie marine marion "
    "mark martine mary mathieu mathilde matthew maurice maxime mehdi mélanie michael michel michèle mohamed monique nadia "
    "nathalie nicolas nicole nina noah nora odile oliver olivia olivier oscar pascal patricia patrick paul pauline peter "
    "philippe pierre quentin rachel raphaël rebecca régis rémi renaud richard robert robin romain roger samuel sandra sandrine "
    "sarah sébastien serge simon sofia sophie stéphane stéphanie steven sylvain sylvie susan théo thérèse thierry thomas "
    "tom valentin valérie vanessa véronique victor vincent virginie william xavier yann yannick yasmine yves zoé"
)
FIRST_NAMES = frozenset(_NAMES.split())


def _luhn(digits: str) -> bool:
    """True when the check digit of a payment card is right: most other long numbers fail it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _found(text: str, *, name: bool) -> Iterator[tuple[str, str]]:
    """Yield (kind, what was seen). `name`: the text is the name of the persona, where any second word is a surname."""
    rest = text
    for kind, pattern in (("email", EMAIL), ("iban", IBAN), ("nir", NIR), ("phone", PHONE)):
        for match in pattern.finditer(rest):
            yield kind, match.group()
        # What was recognised is not looked at again: an IBAN is no card, a date of birth no telephone number.
        rest = pattern.sub(" ", rest)
    for match in CARD.finditer(rest):
        digits = re.sub(r"\D", "", match.group())
        if _luhn(digits):
            yield "card", match.group()
    for match in BIRTH.finditer(rest):
        yield "birth", match.group()
    for match in STREET.finditer(rest):
        yield "address", match.group()
    # A street is often named after somebody: that name is no customer's.
    rest = STREET.sub(" ", rest)
    for match in AGE.finditer(rest):
        if not BAND_BEFORE.search(rest[: match.start()]) and not BAND_AFTER.match(rest[match.end() :]):
            yield "age", match.group()
    yield from _names(rest, name=name)


def _names(text: str, *, name: bool) -> Iterator[tuple[str, str]]:
    seen = [match.group() for match in TITLED.finditer(text)]
    for match in FULL_NAME.finditer(TITLED.sub(" ", text)):
        if name or match["first"].lower() in FIRST_NAMES or match["first"].split("-")[0].lower() in FIRST_NAMES:
            seen.append(match.group())
    yield from (("name", words) for words in seen)


def hints_in(texts: Iterable[tuple[str, str]], *, name_field: str = "", age_fields: Iterable[str] = ()) -> list[Hint]:
    """Return the hints for (label of the field, text) pairs, in their order, the same once.

    `name_field` is the label of the persona's name; in `age_fields` a number alone is an age.
    """
    bare_ages = set(age_fields)
    hints: dict[Hint, None] = {}
    for field, text in texts:
        for kind, seen in _found(text, name=field == name_field):
            hints[Hint(field, kind, seen.strip()[:60], ADVICE[kind])] = None
        if field in bare_ages and (alone := ALONE.match(text)) and not any(h.field == field for h in hints):
            hints[Hint(field, "age", alone[1], ADVICE["age"])] = None
    return list(hints)


def _content_text(items: Iterable[object]) -> str:
    return "\n".join(
        " · ".join(str(value) for value in item.values() if isinstance(value, str))
        if isinstance(item, dict)
        else str(item)
        for item in items
    )


def sheet_hints(sheet: Sheet) -> list[Hint]:
    """Return the hints at personal data in everything that a sheet says."""
    persona = sheet.persona
    texts = [
        (str(LABELS["name"]), persona.name),
        (str(LABELS["tagline"]), persona.tagline),
        (str(LABELS["quote"]), persona.quote),
        (str(LABELS["summary"]), persona.summary),
    ]
    texts += [(field.label, field.text) for group in sheet.groups for field in group.fields]
    texts += [
        (section.title, section.text or _content_text(section.items)) for section in (*sheet.empathy, *sheet.sections)
    ]
    ages = [field.label for group in sheet.groups for field in group.fields if field.key == "age"]
    return hints_in(texts, name_field=str(LABELS["name"]), age_fields=[*ages, str(LABELS["tagline"])])


def form_hints(data: QueryDict) -> list[Hint]:
    """Return the hints for what stands in the form of a sheet, saved or not (names of inputs: forms, section_forms)."""
    texts = [(str(label), data.get(name, "")) for name, label in LABELS.items()]
    texts += [(str(field.label), data.get(f"trait_{field.value}", "")) for field in TraitField]
    texts += [(str(quadrant.label), data.get(f"empathy_{quadrant.value}", "")) for quadrant in Quadrant]
    for key in data:
        prefix, _underscore, part = key.rpartition("_")
        if part == "label" and prefix.startswith(("own_", "new_")):
            texts.append((data.get(key, ""), data.get(f"{prefix}_text", "")))
        elif part in {"text", "label", "left", "right", "when", "want", "so"} and SECTION_INPUT.match(prefix):
            texts.append((data.get(f"{prefix}_title", ""), "\n".join(data.getlist(key))))
    return hints_in(
        texts, name_field=str(LABELS["name"]), age_fields=[str(TraitField.AGE.label), str(LABELS["tagline"])]
    )


SECTION_INPUT = re.compile(r"s\d+$")
LABELS = {
    "name": _("Name"),
    "tagline": _("In a few words"),
    "quote": _("Quotation"),
    "summary": _("Who is it?"),
}
