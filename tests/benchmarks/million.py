"""A million cases on PostgreSQL, made by SQL, with their codes, declarations, timeline and words: what benchmarks measure on."""

import os
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from tests.servers import postgresql

CASES = 1_000_000
REGIONS = 20
WORDS = 5_000
WORDS_A_CASE = 7
DAYS = 90
# Always the same: the words of a database that is kept were digested under it.
KEY = urlsafe_b64encode(b"only for measuring".ljust(32, b".")).decode()
FILLED = (
    "mct_case",
    "mct_casecode",
    "mct_caseword",
    "mct_declaration",
    "mct_declaration_cases",
    "mct_timelineentry",
)


@contextmanager
def million_cases(cases: int, database: str) -> Iterator[None]:
    """Django, set up on a database with so many cases; one that is given keeps them for the next time."""
    with nullcontext(database) if database else postgresql() as address, tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "clea_portal.settings",
            "SECRET_KEY": "only for measuring",
            "FIELD_ENCRYPTION_KEYS": KEY,
            "DATA_DIR": folder,
            "DATABASE_URL": address,
            "BROKER_URL": "memory://",
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from django.core.management import call_command

        from mct.models import Case

        call_command("migrate", verbosity=0)
        if not Case.objects.exists():
            begun = time.monotonic()
            _fill(cases)
            say(f"{cases} cases made in {time.monotonic() - begun:.0f} s")
        say(f"a million steps of a Python loop, to compare machines: {_million_steps():.0f} ms")
        yield


def arguments() -> tuple[int, str]:
    """``[CASES [DATABASE_URL]]``."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else CASES, sys.argv[2] if len(sys.argv) > 2 else ""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _fill(cases: int) -> None:
    from django.conf import settings
    from django.db import connection

    from clea_portal.accounts.enums import TeamRole
    from clea_portal.accounts.models import TeamMembership, User
    from clea_portal.authorities.models import Country, Region, Team
    from clea_portal.fields import encrypt
    from mct.searching import digest

    country = Country.objects.create(code="FR", name_fr="France", name_en="France", prefix="https://a.example#", host="a.example")
    regions = [Region.objects.create(country=country, number=number, name=f"R{number}") for number in range(1, REGIONS + 1)]
    teams = [Team.objects.create(region=region, name="Team") for region in regions]
    everybody, two = (User.objects.create(email=f"{name}@example.org") for name in ("everywhere", "two"))
    for team in teams:
        people = User.objects.bulk_create([User(email=f"person{team.pk}-{number}@example.org") for number in range(20)])
        TeamMembership.objects.bulk_create([TeamMembership(user=user, team=team, role=TeamRole.AGENT) for user in people])
        TeamMembership.objects.create(user=everybody, team=team, role=TeamRole.LEAD)
    TeamMembership.objects.bulk_create([TeamMembership(user=two, team=team, role=TeamRole.AGENT) for team in teams[1:3]])
    key, text = settings.FIELD_ENCRYPTION_KEYS[0], encrypt(b"2026-0117").decode()
    with connection.cursor() as cursor, _indexed_afterwards(cursor, FILLED):
        # Foreign keys are right by construction, and checking them takes as long as everything else.
        cursor.execute("SET session_replication_role = replica")
        # Half of the cases are of the first region. Newer ones are more often open, as they are at a desk.
        cursor.execute("CREATE TEMPORARY TABLE region_of (slot int PRIMARY KEY, region int, team int, first_person int)")
        slots = [0] * (REGIONS - 1) + list(range(1, REGIONS))
        for slot, index in enumerate(slots):
            members = TeamMembership.objects.filter(team=teams[index]).exclude(user__in=[everybody, two])
            person = members.order_by("user").values_list("user", flat=True)[0]
            cursor.execute("INSERT INTO region_of VALUES (%s, %s, %s, %s)", [slot, regions[index].pk, teams[index].pk, person])
        cursor.execute(
            """
            INSERT INTO mct_case (id, uuid, reference, region_id, exposure_start, exposure_end, infected_count, notes, state,
                problem, created_by_id, proposed_by_id, assignee_id, team_id, assignments, follow_up_on, closing_reason,
                code_id, code_kind, created_at, state_changed_at)
            SELECT n, gen_random_uuid(), %(text)s, region,
                at - (n %% 5 + 1) * interval '1 day', at - (n %% 5 + 1) * interval '1 day' + interval '2 hours', 1, %(text)s,
                state, CASE WHEN state <> 'needs_attention' THEN '' WHEN n %% 400 = 1 THEN 'unknown_outcome' ELSE 'refused' END,
                first_person, CASE WHEN state = 'awaiting_approval' THEN first_person END,
                CASE WHEN kind < 60 THEN first_person + n %% 20 END, CASE WHEN kind BETWEEN 60 AND 79 THEN team END, 1,
                CASE WHEN n %% 50 = 0 THEN (at + interval '10 days')::date END,
                CASE WHEN state = 'closed' THEN 'warned' ELSE '' END, CASE WHEN state <> 'draft' THEN n END,
                CASE WHEN state = 'draft' THEN 'none' WHEN n %% 50 = 0 THEN 'asynchronous' WHEN n %% 7 = 0 THEN 'dated'
                    ELSE 'poster' END,
                at, at + interval '1 hour'
            FROM (
                SELECT n, region, team, first_person, n * 7 %% 100 AS kind,
                    now() - (%(cases)s - n) * interval '90 days' / %(cases)s AS at,
                    CASE WHEN n < %(cases)s * 0.8 AND n %% 97 <> 0 THEN 'closed'
                        ELSE (ARRAY['draft', 'needs_attention', 'ready', 'awaiting_approval', 'declared', 'published',
                            'published', 'published'])[1 + n %% 8] END AS state
                FROM generate_series(1, %(cases)s) AS n JOIN region_of ON slot = n * 31 %% %(slots)s
            ) AS made
            """,
            {"text": text, "cases": cases, "slots": len(slots)},
        )
        cursor.execute(
            """
            INSERT INTO mct_casecode (id, uuid, case_id, deep_link, ltid, lsp_type, country_id, host, starts_at, created_at)
            SELECT id, gen_random_uuid(), id, %s,
                -- Every tenth case is of the place of the one before it, every 300th of one very large place.
                CASE WHEN id %% 300 = 0 THEN md5('large')::uuid ELSE md5((id - (id %% 10 = 0)::int)::text)::uuid END,
                CASE WHEN id %% 50 = 0 THEN 1 ELSE 0 END, %s, 'a.example',
                CASE WHEN id %% 7 = 0 THEN created_at END, created_at
            FROM mct_case WHERE state <> 'draft'
            """,
            [text, country.pk],
        )
        _declare(cursor, text)
        cursor.execute("CREATE TEMPORARY TABLE vocabulary (word int, region int, digest bigint, PRIMARY KEY (word, region))")
        rows = [
            (word, region.pk, digest(f"word{word}", region=region.pk, key=key)) for word in range(WORDS) for region in regions
        ]
        with cursor.copy("COPY vocabulary FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE vocabulary")
        # Words as texts have them: the hundredth part of all is in a third of the cases, most are in a few. The words of a
        # case differ because each is drawn from a part of the vocabulary of its own.
        cursor.execute(
            """
            INSERT INTO mct_caseword (digest, case_id)
            SELECT digest, id FROM (
                SELECT id, region_id, least(
                    floor(%(words)s * power((part - random()) / %(parts)s, 3)),
                    floor(%(words)s * power(part::float / %(parts)s, 3)) - 1
                )::int AS number
                FROM mct_case CROSS JOIN generate_series(1, %(parts)s) AS part
            ) AS said JOIN vocabulary ON word = number AND region = region_id
            """,
            {"words": WORDS, "parts": WORDS_A_CASE},
        )


def _declare(cursor: Any, text: str) -> None:
    """A declaration for seven of ten closed cases and all that were declared, and what a timeline tells of each case."""
    from clea_portal.authorities.enums import ServerKind
    from clea_portal.authorities.models import Country, ServerAuthority

    server = ServerAuthority.objects.create(country=Country.objects.get(), kind=ServerKind.API, base_url="https://a.example/")
    cursor.execute(
        """
        INSERT INTO mct_declaration (id, uuid, server_id, ltid, deep_link, start, "end", state, hold_until, next_attempt_at,
            leased_until, attempts, reason, detail, created_at, accepted_at, published_at, withdrawal_attempts, withdrawal_reason)
        SELECT c.id, gen_random_uuid(), %s, code.ltid, %s, exposure_start + c.id * interval '1 microsecond', exposure_end,
            CASE WHEN c.state = 'declared' THEN 'accepted' WHEN c.problem = 'unknown_outcome' THEN 'unknown'
                WHEN c.state = 'needs_attention' THEN 'refused' ELSE 'published' END,
            c.created_at, c.created_at, c.created_at, 1, '', '', c.created_at, c.created_at,
            CASE WHEN c.state IN ('closed', 'published')
                THEN c.created_at + interval '4 minutes' * (1 + 200 * power(random(), 3)) END,
            0, ''
        FROM mct_case AS c JOIN mct_casecode AS code ON code.case_id = c.id
        WHERE c.state IN ('declared', 'published', 'needs_attention') OR c.state = 'closed' AND c.id %% 10 < 7
        """,
        [server.pk, text],
    )
    cursor.execute("INSERT INTO mct_declaration_cases (declaration_id, case_id) SELECT id, id FROM mct_declaration")
    cursor.execute(
        """
        INSERT INTO mct_timelineentry (case_id, at, entry, params, remark)
        SELECT id, created_at + number * interval '3 minutes',
            (ARRAY['registered',
                CASE WHEN id % 5 = 0 THEN 'link_added' WHEN id % 11 = 0 THEN 'code_shared' ELSE 'pictures_added' END,
                CASE WHEN id % 5 = 0 OR id % 11 = 0 THEN 'moved' ELSE 'picture_read' END, 'moved', 'declared', 'sent'])[number],
            '{}', ''
        FROM mct_case CROSS JOIN generate_series(1, 6) AS number WHERE state <> 'draft' OR number = 1
        """
    )


@contextmanager
def _indexed_afterwards(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Without their indexes, tables are filled many times as fast; the indexes are made again at the end, all at once."""
    cursor.execute("SET statement_timeout = 0")
    cursor.execute("SET maintenance_work_mem = '512MB'")
    cursor.execute("SET work_mem = '256MB'")
    cursor.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid::regclass::text = ANY(%s) AND (contype = 'u' OR contype = 'p' AND conrelid = 'mct_caseword'::regclass)
        """,
        [list(tables)],
    )
    constraints = cursor.fetchall()
    for table, name, _text in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT LIKE '%%_pkey'", [list(tables)]
    )
    indexes = cursor.fetchall()
    for name, _text in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for table, name, text in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {text}')
    for _name, text in indexes:
        cursor.execute(text)
    cursor.execute("VACUUM (ANALYZE)")
    for setting in ("statement_timeout", "maintenance_work_mem", "work_mem", "session_replication_role"):
        cursor.execute(f"RESET {setting}")


def _million_steps() -> float:
    """Milliseconds, the least of five."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        for _step in range(1_000_000):
            pass
        times.append((time.perf_counter() - begun) * 1000)
    return min(times)
