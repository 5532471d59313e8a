"""What migrations do to the cases that are there already."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from clea_portal.protocol.lsp import LspType
from mct.enums import CodeKind
from mct.models import Case, CaseWord
from mct.searching import index_case
from tests.factories import CaseFactory, linked_case

pytestmark = pytest.mark.django_db


def test_cases_from_before_the_search_are_found():
    cases = [linked_case(reference="2026-Œ117 a", notes=f"Près de la fenêtre ; {'x' * 50} à 19 h."), CaseFactory(notes="")]
    for case in cases:
        index_case(case)
    expected = set(CaseWord.objects.values_list("case", "digest"))
    CaseWord.objects.all().delete()
    import_module("mct.migrations.0006_desk").index_cases(apps, None)
    assert set(CaseWord.objects.values_list("case", "digest")) == expected


def test_cases_from_before_know_what_their_code_is():
    cases = {linked_case(): CodeKind.POSTER, linked_case(code={"starts_at": timezone.now()}): CodeKind.DATED}
    cases |= {linked_case(code={"lsp_type": LspType.ASYNCHRONOUS}): CodeKind.ASYNCHRONOUS, CaseFactory(): CodeKind.NONE}
    Case.objects.update(code_kind=CodeKind.NONE)
    import_module("mct.migrations.0008_list_indexes").tell_kinds(apps, None)
    assert dict(Case.objects.values_list("pk", "code_kind")) == {case.pk: kind for case, kind in cases.items()}
