"""A photographed bill and receipts of the same or a similar purchase: one earns, the others wait for a person."""

from datetime import timedelta

import pytest

from district.kernel import invariants
from loyalty.errors import ReceiptAlreadyPosted
from loyalty.models import Receipt
from loyalty.queries import balance_of
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.errors import PhotoDecided
from loyalty.receipt_photos.models import PhotoPicture, ReceiptConflict, ReceiptPhoto
from tests.factories.loyalty import fresh_key
from tests.receipt_photos.photo_steps import (
    FEN,
    NUMBER,
    confirm,
    paid,
    post,
    purchase,
    send,
)

State = ReceiptPhoto.State


def test_a_till_that_was_first_closes_the_photograph_at_once(member, store):
    receipt = post(member, store)

    photo = send(member, store)

    assert (photo.state, photo.receipt_id) == (State.ALREADY_EARNED, receipt.pk)
    assert not PhotoPicture.objects.exists()
    assert not ReceiptConflict.objects.exists()
    assert list(invariants.offences()) == []


@pytest.mark.parametrize("number", ["NO.20261121-0042", "2026-1121-0042", "20261121/0042"])
def test_a_number_that_is_only_alike_is_for_a_person_to_decide(member, store, clerk, number):
    """Even the member's own: two purchases may have the same letters and digits."""
    receipt = post(member, store, purchase(number, at=paid(60), source="till"))

    photo = send(member, store, purchase(at=receipt.paid_at))
    assert photo.state == State.SUBMITTED

    assert confirm(photo, clerk).state == State.CONFLICTING
    conflict = ReceiptConflict.objects.get()
    assert (conflict.earlier, conflict.reason) == (receipt, "similar")
    assert list(invariants.offences()) == []


def test_a_photograph_of_a_bill_that_was_undone_earns(photo, member, other, store, clerk):
    from tests.factories.loyalty import undo

    undo(post(other, store).transfer, store)

    assert confirm(photo, clerk).state == State.CONFIRMED
    assert (balance_of(member).available, balance_of(other).available) == (126, 0)
    with pytest.raises(ReceiptAlreadyPosted):
        post(other, store)
    assert list(invariants.offences()) == []


def test_a_till_that_was_faster_than_the_clerk_closes_it_too(photo, member, store, clerk):
    receipt = post(member, store)

    confirmed = confirm(photo, clerk)

    assert (confirmed.state, confirmed.receipt_id) == (State.ALREADY_EARNED, receipt.pk)
    assert balance_of(member).available == 126
    assert list(invariants.offences()) == []


def test_a_till_after_the_photograph_is_refused_at_once_and_queued(photo, other, store, clerk):
    confirm(photo, clerk)

    for _again in range(2):
        with pytest.raises(ReceiptAlreadyPosted):
            post(other, store)

    conflict = ReceiptConflict.objects.get()
    assert (conflict.state, conflict.reason, conflict.source) == ("open", "same_purchase", "till")
    assert (conflict.receipt_no, conflict.actor) == (NUMBER, "till:1")
    assert conflict.earlier == Receipt.objects.get()
    assert balance_of(other).available == 0


@pytest.mark.parametrize(
    ("whose", "source"), [("member", "till"), ("other", "till"), ("other", "batch")]
)
def test_the_very_same_number_after_the_photograph_is_queued_too(
    photo, member, other, store, clerk, whose, source
):
    confirm(photo, clerk)

    with pytest.raises(ReceiptAlreadyPosted):
        post(member if whose == "member" else other, store, purchase(source=source))

    conflict = ReceiptConflict.objects.get()
    assert (conflict.receipt_no, conflict.source) == (NUMBER, source)
    # Of the same member nothing is in dispute, and nobody need look.
    settled = ("earlier", "system") if whose == "member" else ("open", "")
    assert (conflict.state, conflict.decided_by) == settled
    assert list(invariants.offences()) == []


def test_a_till_that_only_repeats_itself_makes_no_conflict(member, other, store):
    post(member, store)

    for who, conflicts in ((member, 0), (other, 1), (other, 1)):
        with pytest.raises(ReceiptAlreadyPosted):
            post(who, store)
        assert ReceiptConflict.objects.count() == conflicts
    with pytest.raises(ReceiptAlreadyPosted):
        post(member, store, purchase(fen=1, source="till"))
    assert ReceiptConflict.objects.count() == 1


def test_somebody_elses_bill_makes_a_conflict(photo, other, store, clerk):
    earlier = post(other, store)

    doubted = confirm(photo, clerk)

    conflict = ReceiptConflict.objects.get()
    assert doubted.state == State.CONFLICTING
    assert (conflict.photo, conflict.earlier, conflict.reason) == (
        doubted,
        earlier,
        "same_purchase",
    )
    assert (conflict.member_id, conflict.actor) == (photo.member_id, f"member:{photo.member_id}")
    assert list(invariants.offences()) == []
    for act in (
        lambda: confirm(photo, clerk),
        lambda: bills.reject_photo(
            photo=photo, reason="unreadable", note="", by=clerk, key=fresh_key()
        ),
        lambda: bills.withdraw_photo(photo=photo, key=fresh_key()),
    ):
        with pytest.raises(PhotoDecided) as refused:
            act()
        assert refused.value.detail == "这张小票正在核对，暂时不能操作。"


@pytest.mark.parametrize(
    ("number", "fen", "minutes", "doubted"),
    [
        ("T-881", FEN, 9, True),
        ("T-881", FEN, -9, True),
        ("T-881", FEN, 11, False),
        ("T-881", FEN + 1, 0, False),
    ],
)
def test_a_receipt_that_looks_alike_makes_a_conflict(
    photo, member, store, clerk, number, fen, minutes, doubted
):
    at = photo.paid_at + timedelta(minutes=minutes)
    post(member, store, purchase(number, fen, at=at, source="till"))

    confirmed = confirm(photo, clerk)

    assert confirmed.state == (State.CONFLICTING if doubted else State.CONFIRMED)
    assert [conflict.reason for conflict in ReceiptConflict.objects.all()] == ["similar"] * doubted


def test_a_look_alike_at_another_store_or_taken_back_is_none(photo, member, store, clerk):
    from tests.factories.loyalty import make_earning_store, undo

    post(member, make_earning_store(), purchase("T-1", source="till"))
    undo(post(member, store, purchase("T-2", source="till")).transfer, store)

    assert confirm(photo, clerk).state == State.CONFIRMED


def test_another_bill_of_the_same_number_is_the_clerks_to_correct(photo, member, store, clerk):
    post(member, store, purchase(fen=999, at=paid(600), source="till"))

    with pytest.raises(ReceiptAlreadyPosted):
        confirm(photo, clerk)

    photo.refresh_from_db()
    assert photo.state == State.SUBMITTED
    assert (
        confirm(photo, clerk, purchase("20261121-0042-B", at=photo.paid_at)).state
        == State.CONFIRMED
    )
