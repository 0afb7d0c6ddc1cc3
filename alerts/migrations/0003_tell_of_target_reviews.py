"""Whoever is told of targets at risk is told of targets to review: a new kind is in no list that was kept before."""

from typing import Any

from django.db import migrations
from django.db.models import F, Func, Value


def add(apps: Any, schema_editor: Any) -> None:
    more = Func(F("kinds"), Value("target.review"), function="array_append")
    for name in ("Preference", "Webhook"):
        rows = apps.get_model("alerts", name).objects.filter(kinds__contains=["target.at_risk"])
        rows.exclude(kinds__contains=["target.review"]).update(kinds=more)


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0002_target_review'),
    ]

    operations = [
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
