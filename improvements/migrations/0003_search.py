from django.db import migrations

from cxmap.search.texts import search_columns


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("improvements", "0002_pain_nature_origin"),
        ("journeys", "0007_saved_view_default"),
        ("kpis", "0007_smart_targets"),
        ("touchpoints", "0003_merged_into"),
        ("workspaces", "0002_retention_and_facts_time_zone"),
    ]
    operations = [
        search_columns("improvements_pain", "title", "note"),
        search_columns("improvements_solution", "title", "note"),
    ]
