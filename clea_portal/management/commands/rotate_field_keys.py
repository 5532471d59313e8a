"""Re-encrypts every encrypted column with the first key of FIELD_ENCRYPTION_KEYS."""

from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, models
from django.utils.module_loading import import_string

from clea_portal.batches import in_batches
from clea_portal.fields import EncryptedBinaryField, EncryptedTextField, cipher

CHUNK = 200
# Secrets that allauth keeps inside its JSON column, encrypted by accounts.adapter.SecondFactorAdapter.
SECOND_FACTOR_SECRETS = ("secret", "seed")


class Command(BaseCommand):
    help = (
        "Re-encrypt all encrypted columns with the first key of FIELD_ENCRYPTION_KEYS. "
        "1. Put the new key first and deploy. 2. Run this. 3. See that nothing is unreadable. 4. Drop the old key and deploy."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count, write nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        unreadable = 0
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if isinstance(field, EncryptedTextField | EncryptedBinaryField):
                    done, bad = self._rotate(model, field, dry_run=dry_run)
                    self.stdout.write(f"{model._meta.label}.{field.name}: {done} re-encrypted, {bad} unreadable")
                    unreadable += bad
        done, bad = self._rotate_second_factors(dry_run=dry_run)
        self.stdout.write(f"{Authenticator._meta.label}.data: {done} re-encrypted, {bad} unreadable")
        if not dry_run:
            bad += self._rekey()
        if unreadable + bad:
            raise CommandError("Some values are unreadable with every key given: do not drop any key yet.")

    def _rekey(self) -> int:
        unreadable = 0
        for label, function in settings.REKEYED.items():
            done, bad = import_string(function)()
            self.stdout.write(f"{label}: {done} indexed anew, {bad} unreadable")
            unreadable += bad
        return unreadable

    def _rotate(self, model: type[models.Model], field: Any, *, dry_run: bool) -> tuple[int, int]:
        """Raw columns on purpose: the ORM would decrypt. Compare-and-swap keeps a value that somebody changes meanwhile."""
        quote = connection.ops.quote_name
        table, column, key = quote(model._meta.db_table), quote(field.column), quote(model._meta.pk.attname)
        done = bad = 0
        last = 0
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {key}, {column} FROM {table} WHERE {key} > %s AND {column} IS NOT NULL"  # noqa: S608
                    f" ORDER BY {key} LIMIT {CHUNK}",
                    [last],
                )
                rows = cursor.fetchall()
                if not rows:
                    return done, bad
                for pk, stored in rows:
                    last = pk
                    token = stored.encode() if isinstance(stored, str) else bytes(stored)
                    try:
                        rotated = cipher().rotate(token)
                    except InvalidToken:
                        bad += 1
                        continue
                    new = rotated.decode() if isinstance(stored, str) else bytes(rotated)
                    if not dry_run:
                        cursor.execute(
                            f"UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s",  # noqa: S608
                            [new, pk, stored],
                        )
                    done += 1

    def _rotate_second_factors(self, *, dry_run: bool) -> tuple[int, int]:
        done = bad = 0
        for authenticator in in_batches(Authenticator.objects.all(), size=CHUNK):
            before = dict(authenticator.data)
            names = [name for name in SECOND_FACTOR_SECRETS if name in before]
            try:
                after = before | {name: cipher().rotate(before[name].encode()).decode() for name in names}
            except InvalidToken:
                bad += 1
                continue
            if names and not dry_run:
                Authenticator.objects.filter(pk=authenticator.pk, data=before).update(data=after)
            done += bool(names)
        return done, bad
