from django.db import migrations

from cxmap.search.texts import search_columns


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("journeys", "0007_saved_view_default"),
        ("personas", "0001_initial"),
        ("touchpoints", "0003_merged_into"),
        ("workspaces", "0002_retention_and_facts_time_zone"),
    ]
    operations = [
        search_columns("journeys_card", "text", "source"),
        search_columns("journeys_evidence", "title", "asked", "notes"),
        search_columns("journeys_journey", "name", "scenario", "expectation"),
        search_columns("journeys_stage", "name", "note"),
        search_columns("journeys_step", "name"),
    ]
