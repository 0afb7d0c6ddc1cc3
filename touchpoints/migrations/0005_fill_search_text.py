import unicodedata

from django.db import migrations

# Copied from cxmap.lib.text as it was: what a search looks into, without accents and capitals.
LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o"})
BATCH = 500


def fold(text):
    decomposed = unicodedata.normalize("NFKD", text.translate(LIGATURES))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.casefold().replace("’", "'").split())


def fill(apps, schema_editor):
    """Fold the texts of touchpoints that have no search text yet. Running it again changes nothing."""
    Touchpoint = apps.get_model("touchpoints", "Touchpoint")
    rows = Touchpoint.objects.filter(search_text="").only("name", "code", "owner", "description", "competitor_note")
    while batch := list(rows[:BATCH]):
        for row in batch:
            texts = (row.name, row.code, row.owner, row.description, row.competitor_note)
            row.search_text = "\n".join(fold(text) for text in texts if text)
        Touchpoint.objects.bulk_update(batch, ["search_text"])


class Migration(migrations.Migration):
    dependencies = [("touchpoints", "0004_library_facts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
