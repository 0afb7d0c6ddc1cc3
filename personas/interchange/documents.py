"""A sheet as a plain document: what the API reads and writes, without the ids of one workspace."""

from collections.abc import Sequence
from typing import Any

from personas.api import PersonaOut
from personas.models import Persona, Portrait
from personas.selectors import sheets

KEPT = (
    "name", "tagline", "quote", "summary", "share_percent", "sector", "market", "relation", "segments", "dimensions",
    "traits", "sections", "empathy", "colour", "portrait", "portrait_variant",
)  # fmt: skip
# Told in a file and not read back: somebody validates a sheet, and looks at it first.
TOLD = ("parent", "status", "review_on", "evidence_share")


def documents_of(personas: Sequence[Persona]) -> list[dict[str, Any]]:
    """Return the documents of personas (segments prefetched); a constant number of queries."""
    found = {one.persona.pk: one for one in sheets(personas)}
    names = {persona.pk: persona.name for persona in personas}
    documents = []
    for persona in personas:
        data = PersonaOut(persona, context={"sheets": found}).data
        document = {name: data[name] for name in (*KEPT, *TOLD)}
        if document["portrait"] == Portrait.PICTURE:
            del document["portrait"]  # a picture is no text: it stays where it was brought
        document["parent"] = names.get(persona.parent_id, "") if persona.parent_id else ""
        document["traits"] = [
            # One of the ten goes by its field alone, one of the team's own by group and label.
            {key: row[key] for key in (("field",) if row["field"] else ("group", "label")) + ("text", "evidence")}
            for row in data["traits"]
        ]
        document["sections"] = [{key: row[key] for key in row if key != "id"} for row in data["sections"]]
        document["empathy"] = [dict(row) for row in data["empathy"] if row["items"] or row["evidence"]]
        documents.append(document)
    return documents


def document_of(persona: Persona) -> dict[str, Any]:
    return documents_of([persona])[0]
