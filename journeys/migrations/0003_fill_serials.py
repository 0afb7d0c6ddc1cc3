from django.db import migrations

# Numbers what stands on maps in the order in which it was made. Running it again changes nothing.
FILL = """
UPDATE {table} AS row SET serial = counted.serial
FROM (
    SELECT id, row_number() OVER (PARTITION BY journey_id ORDER BY created_at, rank, id) AS serial FROM {table}
) AS counted
WHERE row.id = counted.id AND row.serial IS NULL
"""


def fill(apps, schema_editor):
    for name in ("Stage", "Step", "Lane", "Card"):
        table = apps.get_model("journeys", name)._meta.db_table
        schema_editor.execute(FILL.format(table=table))


class Migration(migrations.Migration):
    dependencies = [("journeys", "0002_map_structure")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
