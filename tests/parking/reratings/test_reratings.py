"""Re-rating: a version was wrong; planned, approved by another, gone through once; who paid too much gets it back."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from district.kernel import clock
from district.kernel.errors import FourEyesNeeded
from parking import services as parking
from parking.models import FeeRefund, ReratedStay, Rerating, TariffVersion
from parking.queries.fees import due_of
from parking.queries.tariffs import tariff_version_at
from parking.rerating_errors import (
    ReratingChangesNothing,
    ReratingEnded,
    ReratingOverlaps,
    ReratingPeriodInvalid,
    ReratingTooLarge,
    ReratingVersionInvalid,
)
from parking.services import reratings
from tests.factories.loyalty import fresh_key
from tests.factories.tariffs import make_tariff_draft, make_tariff_version
from tests.parking.reratings.charging_steps import (
    CAP,
    DAY,
    NOW,
    approve,
    outcomes,
    paid_in_cash,
    plan,
    run,
    somebody,
)


@pytest.fixture
def draft(charging):
    """The version that should have been: a day costs ten yuan at most, and nothing is free."""
    return make_tariff_draft(charging.tariff, **CAP | {"grace": None})


@pytest.fixture
def stays(charging):
    """18.00 paid, 18.00 not paid, 10.00 paid, 0.00, and 18.00 paid but entered before the period."""
    return [
        paid_in_cash(charging.stay("浙A10001", "12:10", 130)),
        charging.stay("浙A10002", "12:10", 130),
        paid_in_cash(charging.stay("浙A10003", "11:01", 61)),
        charging.stay("浙A10004", "09:10", 10),
        paid_in_cash(charging.stay("浙A10005", "12:10", 130, days_ago=9)),
    ]


def settled(stay):
    """Its fee, what was paid and did not go back, and what is due."""
    stay.refresh_from_db()
    due = due_of(stay, clock.now())
    return due.gross_fen, due.paid_fen, due.due_fen


def test_a_plan_says_what_it_would_come_to_and_changes_nothing(charging, draft, stays):
    planned = plan(charging, draft)

    assert (planned.planned_stays, planned.planned_refunds) == (4, 1)
    assert (planned.planned_refund_fen, planned.planned_dearer) == (800, 1)
    assert list(
        planned.rows.order_by("pk").values_list(
            "before_fen", "after_fen", "paid_fen", "planned_fen"
        )
    ) == [(1800, 1000, 1800, 800), (1800, 1000, 0, 0), (1000, 1000, 1000, 0), (0, 300, 0, 0)]
    assert settled(stays[0]) == (1800, 1800, 0)
    assert tariff_version_at(charging.tariff, stays[0].entered_at) == charging.version


def test_what_was_paid_too_much_goes_back_once(charging, draft, stays):
    rerating = approve(plan(charging, draft))
    run(rerating)

    assert outcomes(rerating) == ["refunded", "repriced", "unchanged", "unchanged"]
    assert settled(stays[0]) == (1000, 1000, 0)
    assert FeeRefund.objects.get().reason == "漏了封顶"
    # Who has not paid yet owes less, who paid too little is not charged, who came before pays what it was.
    assert settled(stays[1]) == (1000, 0, 1000)
    assert settled(stays[3]) == (0, 0, 0)
    assert settled(stays[4]) == (1800, 1800, 0)
    assert (rerating.job.state, rerating.job.answered) == ("done", 4)

    run(rerating)
    parking.settle_deferred_stays()
    assert FeeRefund.objects.count() == 1


def test_the_correction_prices_whatever_enters_in_the_period_from_then_on(charging, draft, stays):
    rerating = approve(plan(charging, draft))

    correction = rerating.correction
    assert (correction.number, correction.state, correction.corrects) == (
        3, "correction", charging.version,
    )  # fmt: skip
    assert correction.document == draft.document
    late = charging.stay("浙A20001", "12:10", 130, days_ago=2)
    assert late.tariff_version == correction
    assert tariff_version_at(charging.tariff, NOW - 9 * DAY) == charging.version
    # The draft goes its own way.
    assert TariffVersion.objects.get(pk=draft.pk).state == "draft"


def test_another_version_and_another_period_are_refused_by_name(charging, stays):
    later = make_tariff_version(charging.tariff, NOW + DAY, **CAP)
    right, other = make_tariff_draft(charging.tariff, caps={"day_fen": 1400}), make_tariff_draft()
    for terms, refusal in (
        ({"version": later}, ReratingPeriodInvalid),
        ({"version": other}, ReratingVersionInvalid),
        ({"rules_from": other}, ReratingVersionInvalid),
        ({"rules_from": charging.version}, ReratingChangesNothing),
        ({"start": NOW - 11 * DAY}, ReratingPeriodInvalid),
        ({"end": NOW + timedelta(seconds=1)}, ReratingPeriodInvalid),
        ({"start": NOW}, ReratingPeriodInvalid),
        ({"start": NOW - timedelta(minutes=5)}, ReratingChangesNothing),
    ):
        with pytest.raises(refusal):
            plan(charging, **{"rules_from": right} | terms)
    assert not Rerating.objects.exists()


def test_a_plan_of_too_many_stays_is_refused(charging, draft, stays, monkeypatch):
    monkeypatch.setattr(reratings, "MOST_RERATED_STAYS", 3)
    with pytest.raises(ReratingTooLarge):
        plan(charging, draft)


def test_a_plan_is_made_once_by_its_key(charging, draft, stays):
    key, by = fresh_key(), somebody()
    assert plan(charging, draft, key=key, by=by) == plan(charging, draft, key=key, by=by)


def test_another_person_decides(charging, draft, stays):
    by = somebody()
    planned = plan(charging, draft, by=by)
    with pytest.raises(FourEyesNeeded):
        parking.approve_rerating(rerating=planned, by=by, note="")

    rejected = parking.reject_rerating(rerating=planned, by=somebody(), note="先核对")
    assert (rejected.state, rejected.correction) == ("rejected", None)
    assert tariff_version_at(charging.tariff, stays[0].entered_at) == charging.version


def test_a_version_is_corrected_once_at_a_time_and_the_correction_again(charging, draft, stays):
    first, second = plan(charging, draft), plan(charging, draft, start=NOW - 3 * DAY)
    first = approve(first)
    run(first)

    with pytest.raises(ReratingOverlaps):
        approve(second)
    with pytest.raises(ReratingOverlaps):
        plan(charging, draft)
    halved = make_tariff_draft(charging.tariff, tables=_halved(draft))
    again = approve(plan(charging, halved, version=first.correction))
    run(again)
    assert again.correction.corrects == first.correction
    assert tariff_version_at(charging.tariff, stays[0].entered_at) == again.correction
    assert settled(stays[0]) == (900, 900, 0)


def _halved(version):
    """The same tables at half the price."""
    tables = json.loads(version.document)["tables"]
    for tier in [tier for band in tables[0]["bands"] for tier in band["tiers"]]:
        tier["price_fen"] //= 2
    return tables


def test_what_went_back_by_hand_before_is_not_given_twice(charging, draft, stays):
    rerating = approve(plan(charging, draft))
    parking.refund_fee(stay=stays[0], amount_fen=500, reason="客服退款", by=None, key=fresh_key())
    run(rerating)

    row = rerating.rows.get(stay=stays[0])
    # Five yuan were waived: of ten that it costs now five are to be paid, and thirteen were.
    assert (row.paid_fen, row.planned_fen, row.refunded_fen) == (1300, 800, 800)
    assert settled(stays[0]) == (1000, 500, 0)


def test_a_stay_that_was_given_back_as_a_whole_gets_nothing_more(charging, draft, stays):
    rerating = approve(plan(charging, draft))
    parking.refund_fee(stay=stays[0], amount_fen=1800, reason="客服退款", by=None, key=fresh_key())
    run(rerating)

    assert rerating.rows.get(stay=stays[0]).outcome == "repriced"
    assert settled(stays[0]) == (1000, 0, 0)


def test_a_stay_that_was_paired_anew_meanwhile_is_priced_as_it_stands(charging, draft, stays):
    rerating = approve(plan(charging, draft))
    # Its entry was another car's, and the plate comes to a stay of that one.
    parking.correct_plate(stay=stays[1], plate="浙A10009", part="exit", by=None)
    parking.correct_plate(stay=stays[0], plate="浙A10008", by=None)
    run(rerating)

    assert outcomes(rerating)[:2] == ["refunded", "deferred"]
    assert settled(stays[0]) == (1000, 1000, 0)


def test_who_is_still_there_is_settled_when_the_car_has_left(charging, draft):
    stay = charging.open_stay("浙A10001", 130)
    with clock.travel_to(NOW + timedelta(minutes=1)):
        paid_in_cash(stay, fen=1800)
        rerating = approve(plan(charging, draft, end=NOW))
        run(rerating)
        assert outcomes(rerating) == ["deferred"]
        assert rerating.job.state == "done"
        assert parking.settle_deferred_stays() == 0
        charging.leave("浙A10001")

    assert parking.settle_deferred_stays() == 1
    assert outcomes(rerating) == ["refunded"]
    assert settled(stay) == (1000, 1000, 0)
    assert parking.settle_deferred_stays() == 0


def test_who_left_in_the_grace_after_paying_paid_for_the_time_until_then(charging, draft):
    """At the machine after two hours, out at the gate ten minutes later: 14.00 became 18.00, and were not asked for."""
    with clock.travel_to(NOW - timedelta(minutes=10)):
        stay = charging.open_stay("浙A10001", 120)
        paid_in_cash(stay, fen=1400)
    charging.leave("浙A10001")
    rerating = approve(plan(charging, draft))
    run(rerating)

    row = rerating.rows.get()
    assert (row.before_fen, row.after_fen, row.refunded_fen) == (1400, 1000, 400)


def test_a_stopped_job_gives_nothing_more_back(charging, draft, stays):
    rerating = approve(plan(charging, draft))
    parking.stop_rerating(rerating=rerating, by=somebody())
    run(rerating)

    assert not FeeRefund.objects.exists()
    assert outcomes(rerating) == ["waiting"] * 4
    with pytest.raises(ReratingEnded):
        parking.stop_rerating(rerating=rerating, by=somebody())


def test_what_was_answered_stands(charging, draft, stays):
    rerating = approve(plan(charging, draft))
    run(rerating)
    rows = ReratedStay.objects.filter(rerating=rerating)

    for change in (
        lambda: rows.update(refunded_fen=1),
        lambda: rows.filter(outcome="unchanged").update(outcome="waiting", answered_at=None),
        rows.delete,
        lambda: Rerating.objects.update(reason="另一原因", sha256="0" * 64),
        lambda: TariffVersion.objects.filter(state="correction").update(
            valid=charging.version.valid
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
