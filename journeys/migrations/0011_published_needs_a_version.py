"""Until now "published" was a word in the header of a map; from here on it names a version, which nobody has kept yet."""

from typing import Any

from django.db import migrations


def back_to_draft(apps: Any, _schema_editor: Any) -> None:
    """Let maps be drafts that were called published or in review: everybody goes on seeing them as they are."""
    apps.get_model("journeys", "Journey").objects.filter(published_version=None).exclude(status="draft").update(
        status="draft"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0010_approval_and_links"),
    ]

    operations = [
        migrations.RunPython(back_to_draft, migrations.RunPython.noop),
    ]
