"""Names: sorting as a French reader expects, codes from names. Texts: the spaces of French typography."""

import re
import unicodedata

from django.utils.text import slugify

# Letters that no decomposition takes apart.
LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o"})


def fold(text: str) -> str:
    """Return the text in lower case without accents, single-spaced: the form in which names are compared."""
    decomposed = unicodedata.normalize("NFKD", text.translate(LIGATURES))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.casefold().replace("’", "'").split())


def sort_key(name: str) -> str:
    """Return the key under which a name sorts: école before Eau is wrong, Eau, école, élan, zèbre, Zoé is right.

    The database sorts by code point (the embedded server has no ICU), so every named row stores this beside its name.
    Accents only break ties, hence the name itself at the end.
    """
    return f"{fold(name)}\x1f{name.lower()}"[:400]


def code_from(name: str, *, taken: set[str] | frozenset[str] = frozenset(), fallback: str = "item") -> str:
    """Return a code of at most 60 characters, a–z, 0–9 and dashes, that is not in taken."""
    # An elision parts words: d'Élodie is d-elodie.
    base = slugify(fold(name).replace("'", " "))[:50].strip("-") or fallback
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code


def typeset_french(text: str) -> str:
    """Return a French text written with plain spaces with its no-break ones: before : % and inside « », narrow before ; ! ?"""
    text = re.sub(r" (?=[:%€»])|(?<=«) ", "\u00a0", text)
    return re.sub(r" (?=[;!?])", "\u202f", text)
