from django.db import migrations

from cxmap.search.texts import search_columns


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("personas", "0002_full_sheets"),
        ("workspaces", "0002_retention_and_facts_time_zone"),
    ]
    operations = [
        search_columns("personas_persona", "name", "tagline", "quote", "summary"),
        search_columns("personas_trait", "label", "text"),
    ]
