"""Ceilings on earning under sixty-four receipts at once, each over a connection of its own."""

from functools import partial

import pytest

from district.embedded.processes import wait_until
from district.kernel import clock, invariants
from loyalty import services as loyalty
from loyalty.errors import ReviewDecided
from loyalty.models import EarningCounter, EarningReview, PointsAccount, Receipt, Transfer
from loyalty.receipt_batches import services as batches
from loyalty.receipt_batches.models import Batch
from loyalty.services import AlliancePolicyValues
from tests.factories.loyalty import buy, fresh_key, make_earning_store, make_refund
from tests.factories.members import make_member, make_operator
from tests.race import race
from tests.receipt_batches.rows import ndjson, receipt_row, upload
from tests.receipt_photos.photo_steps import clerk_of, confirm, purchase, send

AT_ONCE = 64
NONE = {
    "receipt_ceiling_points": None,
    "member_day_ceiling_points": None,
    "key_day_ceiling_points": None,
    "merchant_day_ceiling_points": None,
}


@pytest.fixture
def store(real_db):
    return make_earning_store()


def ceilings(**points):
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(**NONE | points), start=clock.now())


def live():
    """Points granted without a person, and how many receipts wait for one."""
    waiting = EarningReview.objects.filter(state="waiting")
    granted = Receipt.objects.exclude(pk__in=waiting.values("receipt")).values_list("granted")
    return sum(points for (points,) in granted), waiting.count()


def is_batch_done():
    batches.process_batches()
    return Batch.objects.get().state == Batch.State.DONE


def raised(outcomes):
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


@pytest.mark.parametrize("ceiling", ["member_day", "key_day", "merchant_day"])
def test_of_sixty_four_receipts_as_many_are_live_as_fit(store, ceiling):
    ceilings(**{f"{ceiling}_ceiling_points": 325})
    members = [make_member(f"客{number}") for number in range(AT_ONCE)]
    if ceiling == "member_day":
        members = members[:1] * AT_ONCE

    outcomes = race(*(partial(buy, member, store, fen=1_000) for member in members))

    assert raised(outcomes) == []
    assert live() == (320, 32)
    assert sum(PointsAccount.objects.values_list("available", flat=True)) == 320
    assert invariants.findings() == []


def test_receipts_of_all_sizes_under_both_ceilings_end_without_a_deadlock(store):
    """Near the ceiling every receipt looks at all slots; key before merchant, slot by slot."""
    ceilings(key_day_ceiling_points=1_001, merchant_day_ceiling_points=997)
    members = [make_member(f"客{number}") for number in range(AT_ONCE)]

    outcomes = race(
        *(
            partial(buy, member, store, fen=100 * (1 + number % 37))
            for number, member in enumerate(members)
        )
    )

    assert raised(outcomes) == []
    points, waiting = live()
    # Whatever came last did not fit: less than the largest receipt is left.
    assert 997 - 37 < points <= 997
    assert waiting > 0
    assert (
        sum(
            EarningCounter.objects.filter(subject__startswith="merchant").values_list(
                "points", flat=True
            )
        )
        == points
    )
    assert invariants.findings() == []


def test_batch_photographs_and_single_receipts_share_the_merchants_day(store):
    ceilings(merchant_day_ceiling_points=325)
    members = [make_member(f"客{number}") for number in range(AT_ONCE)]
    rows = [receipt_row(store, member, fen=1_000) for member in members[:32]]
    upload(store, ndjson(rows))
    clerk = clerk_of(store).user
    photos = [
        send(member, store, purchase(f"2026-{number}", 1_000))
        for number, member in enumerate(members[32:40])
    ]

    outcomes = race(
        batches.process_batches,
        *(partial(confirm, photo, clerk) for photo in photos),
        *(partial(buy, member, store, fen=1_000) for member in members[40:]),
    )

    assert raised(outcomes) == []
    # A part that failed on a slow machine is tried again half a minute later.
    assert wait_until(is_batch_done, patience=60)
    assert live() == (320, 32)
    assert invariants.findings() == []


def test_a_waiting_receipt_is_approved_refused_or_given_back_once(store):
    ceilings(receipt_ceiling_points=5)
    operators = [make_operator(f"op{number}") for number in range(4)]
    for turn in range(5):
        member = make_member(f"客{turn}")
        receipt = buy(member, store, fen=1_000)
        review = receipt.review

        outcomes = race(
            *(
                partial(loyalty.approve_earning, review=review, by=by, key=fresh_key())
                for by in operators[:2]
            ),
            *(
                partial(
                    loyalty.refuse_earning, review=review, by=by, key=fresh_key(), note="被盗用"
                )
                for by in operators[2:]
            ),
            partial(make_refund, receipt),
        )

        assert {type(outcome) for outcome in raised(outcomes)} <= {ReviewDecided}
        review.refresh_from_db()
        assert review.state in {"approved", "refused", "withdrawn"}
        account = PointsAccount.objects.get(pk=member.pk)
        assert (account.available, account.pending, account.debt) == (0, 0, 0)
    assert Transfer.objects.filter(kind="activate").count() <= 5
    assert invariants.findings() == []
