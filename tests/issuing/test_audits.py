"""Each audit query of issuing finds the row it is there for."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from coupons.issuing import services
from coupons.issuing.invariants import INVARIANTS as ISSUING
from coupons.issuing.models import ImportedCode
from district.kernel import invariants
from district.kernel.plugin import invariants_of
from tests.factories.coupons import fresh_key, issue, make_version
from tests.factories.members import make_member

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_the_ledger]

# What breaks a promise, by the promise; written past the constraints, as no verb would.
BROKEN = {
    "a job counts": "update issuing_issuejob set issued = issued - 1, refused = refused + 1",
    "a line that was issued": "update issuing_issuerow set coupon_id ="
    " (select min(id) from coupons_coupon) where outcome = 'issued' and line ="
    " (select max(line) from issuing_issuerow where outcome = 'issued')",
    "a coupon that a job made": "update issuing_issuerow set outcome = 'refused', code = 'x',"
    " coupon_id = null where outcome = 'issued'",
    "a third-party code that was used": "update issuing_importedcode set coupon_id ="
    " (select min(id) from coupons_coupon) where coupon_id is not null",
    "a coupon for a third-party code": "update issuing_importedcode set coupon_id = null,"
    " used_at = null",
    "a batch of codes": "update issuing_codebatch set imported = imported - 1",
}
TABLES = ["issuing_codebatch", "issuing_importedcode", "issuing_issuejob", "issuing_issuerow"]


@pytest.fixture
def issued(opened, three, operator):
    """A coupon of no job, a job that is done, and codes of which one was used."""
    issue(make_version(), make_member("别人"))
    job = opened([*(member.public_id for member in three), "nobody"])
    services.run_issue_job(job=job)
    services.import_codes(
        version=make_version(),
        content=b"code\nMT247KQ9X3PD\nMT247KQ9X3PD\nMT247KQ9X3PE\n!\n",
        name="平台售券",
        by=operator,
        key=fresh_key(),
    )
    services.use_code(code="MT247KQ9X3PD", member=three[0], key=fresh_key())
    assert ImportedCode.objects.count() == 2


def test_nothing_is_found_where_all_is_well(issued):
    assert invariants.findings(ISSUING) == []
    assert set(ISSUING) <= set(invariants_of())


@pytest.mark.parametrize("promise", BROKEN)
def test_a_broken_promise_is_found(issued, promise):
    (query,) = [name for name in ISSUING if name.startswith(promise)]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(BROKEN[promise])
        cursor.execute(ISSUING[query])
        assert cursor.fetchall(), query
    with pytest.raises(CommandError, match="break a promise"):
        call_command("audit", "issuing")


def test_every_query_has_a_case():
    assert len(BROKEN) == len(ISSUING)
