from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0005_whole_catalogue"),
        ("touchpoints", "0003_merged_into"),
        ("workspaces", "0002_retention_and_facts_time_zone"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="series", name="kpis_series_unique"),
        migrations.AddField(
            model_name="series",
            name="origin_key",
            field=models.CharField(db_default="", default="", editable=False, max_length=36),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(
                fields=("workspace", "touchpoint", "kpi", "segment_key", "dimensions_key", "origin_key"),
                name="kpis_series_unique",
            ),
        ),
    ]
