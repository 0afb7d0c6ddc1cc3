from django.db import migrations

from cxmap.search.texts import search_columns

# Copied from personas.search as it was.
TEXTS = """jsonb_path_query_array(content, 'strict $.** ? (@.type() == "string")')::text"""


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("personas", "0004_data_rule"),
    ]
    operations = [search_columns("personas_section", "title", TEXTS)]
