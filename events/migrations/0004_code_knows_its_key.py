import django.db.models.deletion
from django.db import migrations, models


def note_generations(apps, schema_editor):
    """Codes made until now carry the generation that was the newest when they were made; which have a contact, no query tells."""
    keys, codes = apps.get_model("authorities", "TracingKey"), apps.get_model("events", "EventCode")
    # From the oldest on: a later one takes over what was made in its own time.
    for key in keys.objects.select_related("authority").order_by("valid_from", "pk"):
        made_with_it = codes.objects.filter(created_at__gte=key.valid_from, event__region__country=key.authority.country_id)
        made_with_it.update(tracing_key=key.pk)


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
        migrations.RunPython(note_generations, migrations.RunPython.noop),
    ]
