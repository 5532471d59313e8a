"""Figures and exports in a browser: readable by everybody, on a phone and in the dark."""

from datetime import timedelta

import pytest

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import TeamMembership
from clea_portal.jobs.models import Job
from mct.enums import CaseState, DeclarationState
from tests.e2e import browser as browsing
from tests.factories import CaseFactory, declaration_of, linked_case
from tests.mct.counted import count_everything


@pytest.mark.parametrize(("device", "colours"), [(browsing.DESKTOP, "light"), (browsing.PHONE, "dark")], ids=["desktop", "phone"])
def test_lead_reads_figures_and_orders_an_export(desk_page, tracer, device, colours):
    TeamMembership.objects.update(role=TeamRole.LEAD)
    case = linked_case(state=CaseState.PUBLISHED)
    declaration_of(case, state=DeclarationState.PUBLISHED, published_at=case.created_at + timedelta(hours=2))
    CaseFactory.create_batch(3)
    count_everything()
    page = desk_page(device=device, colours=colours)
    page.goto("/cases/figures/")
    browsing.assert_accessible(page)
    page.get_by_text("As a table").click()
    assert page.locator(".figures-table tbody tr").count() == 30
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.goto("/cases/export/trail/")
    browsing.assert_accessible(page)
    page.goto("/cases/export/?show=published")
    browsing.assert_accessible(page)
    page.get_by_label("CSV", exact=True).check()
    page.get_by_role("button", name="Export").click()
    page.wait_for_url("**/jobs/**")
    assert (Job.objects.get().owner, Job.objects.get().kind) == (tracer, "mct.cases")
