"""Terms are set from an instant on by operators, in yuan and fen, and never edited."""

from datetime import timedelta

import pytest
from django.utils import timezone

from district.kernel import clock
from loyalty import queries
from loyalty.models import MerchantTerms
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import table_digests

ADD = "/admin/loyalty/merchantterms/add/"


def terms_fields(two_merchants, begins=None, **changes):
    begins = begins or timezone.localtime(clock.now())
    return {
        "merchant": two_merchants.first.merchant.pk,
        "per_yuan": "2.50",
        "earn_points": 3,
        "price_fen": "0.85",
        "validity_months": 12,
        "pending_days": 7,
        "fee_percent": "0.50",
        "start": f"{begins:%Y-%m-%dT%H:%M}",
    } | changes


def test_new_terms_begin_at_their_start_and_end_those_before(two_merchants, operator):
    start = timezone.localtime(clock.now()).replace(second=0, microsecond=0) + timedelta(days=2)

    answer = act(operator, ADD, **terms_fields(two_merchants, start))

    terms = MerchantTerms.objects.latest("pk")
    assert answer["Location"] == f"/admin/loyalty/merchantterms/{terms.pk}/change/"
    assert (
        terms.earn_per_fen,
        terms.earn_points,
        terms.price_milli_fen,
        terms.validity_months,
        terms.pending_days,
        terms.redeem_fee_bp,
    ) == (250, 3, 850, 12, 7, 50)
    assert terms.valid.lower == start
    now = queries.terms_of(two_merchants.first.merchant.pk, clock.now())
    assert now.earn_per_fen == 100
    assert MerchantTerms.objects.get(pk=now.pk).valid.upper == start
    assert "每 ¥2.50 得 3 积分" in text_of(
        operator.get(f"/admin/merchants/merchant/{two_merchants.first.merchant.pk}/change/")
    )


def test_terms_that_would_overlap_later_ones_are_refused_on_the_form(two_merchants, operator):
    far = timezone.localtime(clock.now()) + timedelta(days=9)
    act(operator, ADD, **terms_fields(two_merchants, far))
    before = table_digests()

    answer = act(operator, ADD, **terms_fields(two_merchants, far - timedelta(days=1)))

    assert (answer.status_code, "新条款只能从" in text_of(answer)) == (422, True)
    assert table_digests() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"per_yuan": "0"},
        {"per_yuan": "0.001"},
        {"earn_points": "-1"},
        {"price_fen": "0.0001"},
        {"price_fen": "1e9"},
        {"validity_months": "0"},
        {"pending_days": "-1"},
        {"pending_days": "61"},
        {"pending_days": "28", "validity_months": "1"},
        {"fee_percent": "20.01"},
        {"fee_percent": "0.001"},
        {"start": "2020-01-01T00:00"},
        {"start": "mañana"},
        {"merchant": "999999"},
    ],
)
def test_figures_out_of_bounds_are_refused(two_merchants, operator, changes):
    before = table_digests()

    assert act(operator, ADD, **terms_fields(two_merchants, **changes)).status_code == 422
    assert table_digests() == before


def test_the_form_begins_with_the_terms_in_force(two_merchants, operator):
    page = operator.get(f"{ADD}?merchant={two_merchants.first.merchant.pk}").content.decode()

    assert f'<option value="{two_merchants.first.merchant.pk}" selected>' in page
    assert operator.get(f"{ADD}?merchant=x").status_code == 200
    assert operator.get(f"{ADD}?merchant=99999999999999999999").status_code == 200


@pytest.mark.parametrize("role", ["owner", "finance", "manager", "cashier"])
def test_a_merchants_people_read_their_terms_and_set_none(two_merchants, role):
    client = two_merchants.second.client(role)

    assert "每 ¥1.00 得 1 积分" in text_of(client.get("/admin/loyalty/merchantterms/"))
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, terms_fields(two_merchants)).status_code == 403
