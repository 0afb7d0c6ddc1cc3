from django.db import migrations

from cxmap.search.texts import search_columns


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("touchpoints", "0004_library_facts"),
        ("workspaces", "0002_retention_and_facts_time_zone"),
    ]
    operations = [
        search_columns("touchpoints_touchpoint", "name", "code", "owner", "description", "competitor_note"),
    ]
