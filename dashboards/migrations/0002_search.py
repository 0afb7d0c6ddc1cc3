from django.conf import settings
from django.db import migrations

from cxmap.search.texts import search_columns


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("dashboards", "0001_initial"),
        ("journeys", "0007_saved_view_default"),
        ("personas", "0001_initial"),
        ("touchpoints", "0003_merged_into"),
        ("workspaces", "0002_retention_and_facts_time_zone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        search_columns("dashboards_dashboard", "name"),
    ]
