"""Give existing workspaces the KPIs that the catalogue has gained; what they have or changed stays as it is."""

import json
from pathlib import Path

from django.db import migrations


def add_missing(apps, schema_editor):
    """Running again adds nothing: a workspace has each code once."""
    Kpi = apps.get_model("kpis", "Kpi")
    Workspace = apps.get_model("workspaces", "Workspace")
    rows = json.loads(Path(__file__).with_name("0005_whole_catalogue.json").read_text(encoding="utf-8"))
    for workspace_id in Workspace.objects.order_by("id").values_list("id", flat=True).iterator():
        have = set(Kpi.objects.filter(workspace_id=workspace_id).values_list("code", flat=True))
        if not have:
            continue  # never furnished: it gets the whole catalogue when it is
        Kpi.objects.bulk_create(
            [Kpi(workspace_id=workspace_id, **row) for row in rows if row["code"] not in have], ignore_conflicts=True
        )


class Migration(migrations.Migration):

    dependencies = [
        ("kpis", "0004_kinds_versions_and_ratios"),
    ]

    operations = [
        migrations.RunPython(add_missing, migrations.RunPython.noop),
    ]
