from django.db import migrations


def note_generations(apps, schema_editor):
    """Codes made until now carry the generation that was the newest when they were made; which have a contact, no query tells."""
    keys, codes = apps.get_model("authorities", "TracingKey"), apps.get_model("venues", "VenueCode")
    # From the oldest on: a later one takes over what was made in its own time.
    for key in keys.objects.select_related("authority").order_by("valid_from", "pk"):
        made_with_it = codes.objects.filter(created_at__gte=key.valid_from, venue__region__country=key.authority.country_id)
        made_with_it.update(tracing_key=key.pk)


class Migration(migrations.Migration):
    """Apart from the one that makes the column: PostgreSQL makes no index on a table whose rows have just been changed."""

    dependencies = [
        ("venues", "0003_code_knows_its_key"),
    ]

    operations = [
        migrations.RunPython(note_generations, migrations.RunPython.noop),
    ]
