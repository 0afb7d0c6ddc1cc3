from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journeys", "0003_fill_serials")]

    operations = [
        migrations.AlterField("stage", "serial", models.PositiveIntegerField(editable=False)),
        migrations.AlterField("step", "serial", models.PositiveIntegerField(editable=False)),
        migrations.AlterField("lane", "serial", models.PositiveIntegerField(editable=False)),
        migrations.AlterField("card", "serial", models.PositiveIntegerField(editable=False)),
        migrations.AddConstraint(
            model_name='lane',
            constraint=models.UniqueConstraint(fields=('journey', 'serial'), name='journeys_lane_unique_serial'),
        ),
        migrations.AddConstraint(
            model_name='stage',
            constraint=models.UniqueConstraint(fields=('journey', 'serial'), name='journeys_stage_unique_serial'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.UniqueConstraint(fields=('journey', 'serial'), name='journeys_step_unique_serial'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=models.UniqueConstraint(fields=('journey', 'serial'), name='journeys_card_unique_serial'),
        ),
    ]
