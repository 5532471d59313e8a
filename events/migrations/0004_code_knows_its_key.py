import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("authorities", "0004_contact_messages"),
        ("events", "0003_slots_and_staff"),
    ]

    operations = [
        migrations.AddField(
            model_name="eventcode",
            name="tracing_key",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="authorities.tracingkey",
            ),
        ),
    ]
