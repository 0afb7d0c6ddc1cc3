from django.db import migrations

from cxmap.search.texts import search_columns


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("kpis", "0008_not_applicable"),
        ("workspaces", "0002_retention_and_facts_time_zone"),
    ]
    operations = [
        search_columns("kpis_kpi", "name_fr", "name_en", "code", "formula_fr", "formula_en"),
    ]
