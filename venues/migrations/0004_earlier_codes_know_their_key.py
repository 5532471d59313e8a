from django.db import migrations

BATCH = 2000


def note_generations(apps, schema_editor):
    """Codes made until now carry the generation that was the newest when they were made; which have a contact, no query tells.

    In batches, so that no statement takes longer than production lets one: there may be millions of codes. It can be run again.
    """
    keys, codes = apps.get_model("authorities", "TracingKey"), apps.get_model("venues", "VenueCode")
    # From the newest on: what has got one is not an older one's.
    for key in keys.objects.select_related("authority").order_by("-valid_from", "-pk"):
        made_with_it = codes.objects.filter(
            tracing_key__isnull=True, created_at__gte=key.valid_from, venue__region__country=key.authority.country_id
        ).order_by("pk")
        last = 0
        while batch := list(made_with_it.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
            codes.objects.filter(pk__in=batch).update(tracing_key=key.pk)
            last = batch[-1]


class Migration(migrations.Migration):
    """Apart from the one that makes the column: PostgreSQL makes no index on a table whose rows have just been changed."""

    # Each batch by itself.
    atomic = False

    dependencies = [
        ("venues", "0003_code_knows_its_key"),
    ]

    operations = [
        migrations.RunPython(note_generations, migrations.RunPython.noop),
    ]
