import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clea_portal.accounts.models import User
from clea_portal.batches import in_batches
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5])
def test_every_row_comes_once_in_the_order_of_the_keys(number):
    made = [user.pk for user in UserFactory.create_batch(number)]
    assert [user.pk for user in in_batches(User.objects.order_by("-email"), size=2)] == made


def test_a_batch_is_one_query_that_is_over_before_its_rows_are_used():
    UserFactory.create_batch(3)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = in_batches(User.objects.all(), size=2)
        assert len(queries) == 0
        assert [len(queries) for _row in rows] == [1, 1, 2]
    assert len(queries) == 2


def test_rows_that_go_or_come_meanwhile_do_no_harm():
    first, second, third = UserFactory.create_batch(3)
    rows = in_batches(User.objects.all(), size=1)
    assert next(rows) == first
    first.delete()
    second.delete()
    last = UserFactory()
    assert list(rows) == [third, last]
