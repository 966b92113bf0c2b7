"""A photographed bill from its sending to its end."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction

from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.models import AuditLine
from district.members.models import MemberKey
from district.merchants import services as merchants
from district.merchants.errors import StoreNotInAlliance
from loyalty import invariants
from loyalty.errors import ReceiptAlreadyPosted, ReceiptFromTheFuture, ReceiptTooOld
from loyalty.models import Receipt
from loyalty.queries import balance_of
from loyalty.receipt_photos import queries
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.errors import PhotoAlreadySubmitted, PhotoDecided
from loyalty.receipt_photos.models import PhotoPicture, ReceiptConflict, ReceiptPhoto
from tests.factories.loyalty import fresh_key
from tests.receipt_photos.photo_steps import (
    FEN,
    NUMBER,
    PICTURE,
    confirm,
    paid,
    post,
    purchase,
    send,
)

State = ReceiptPhoto.State


def test_a_photograph_waits_with_its_picture_sealed(photo, member, store):
    assert (photo.state, photo.merchant_id, photo.receipt) == (
        State.SUBMITTED,
        store.merchant_id,
        None,
    )
    assert PICTURE.jpeg not in bytes(PhotoPicture.objects.get().sealed)
    assert queries.picture_of(photo) == PICTURE.jpeg
    assert balance_of(member).available == 0


def test_without_the_members_key_a_picture_cannot_be_read(photo):
    MemberKey.objects.all().delete()

    assert queries.picture_of(queries.photos().get()) is None


def test_a_picture_opens_at_its_own_row_only(photo, member, store):
    second = send(member, store, purchase("other"))
    PhotoPicture.objects.filter(photo=second).update(
        sealed=PhotoPicture.objects.get(photo=photo).sealed
    )

    assert queries.picture_of(second) is None


def test_confirmed_it_earns_at_the_merchants_terms(photo, member, clerk):
    confirmed = confirm(photo, clerk)

    receipt = Receipt.objects.get()
    assert (confirmed.state, confirmed.receipt) == (State.CONFIRMED, receipt)
    assert (receipt.source, receipt.granted, receipt.receipt_no) == ("photo", 126, NUMBER)
    assert balance_of(member).available == 126
    line = AuditLine.objects.get(verb="confirm_photo")
    assert (line.actor, line.facts["receipt"]) == (f"user:{clerk.pk}", receipt.pk)
    assert list(invariants.offences()) == []


def test_a_clerk_corrects_what_the_member_misread(photo, member, clerk):
    confirm(photo, clerk, purchase("20261121-0043", 5_000, at=photo.paid_at))

    receipt = Receipt.objects.get()
    assert (receipt.receipt_no, receipt.paid_fen, receipt.granted) == ("20261121-0043", 5_000, 50)
    assert ReceiptPhoto.objects.get().receipt_no == NUMBER


def test_the_same_page_sent_twice_confirms_once(photo, clerk, member):
    key = fresh_key()

    assert confirm(photo, clerk, key=key).pk == confirm(photo, clerk, key=key).pk
    assert balance_of(member).available == 126
    with pytest.raises(PhotoDecided):
        confirm(photo, clerk)


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
    assert [one.reason for one in ReceiptConflict.objects.all()] == ["similar"] * doubted


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


def test_rejected_it_earns_nothing_and_says_why(photo, member, clerk):
    rejected = bills.reject_photo(
        photo=photo, reason="other", note="小票被涂改", by=clerk, key=fresh_key()
    )

    assert (rejected.state, rejected.reason, rejected.note) == ("rejected", "other", "小票被涂改")
    assert balance_of(member).available == 0
    assert AuditLine.objects.get(verb="reject_photo").facts == {"reason": "other"}
    with pytest.raises(PhotoDecided):
        confirm(photo, clerk)


def test_withdrawn_its_picture_is_gone_at_once(photo):
    key = fresh_key()

    assert bills.withdraw_photo(photo=photo, key=key).state == State.WITHDRAWN
    assert bills.withdraw_photo(photo=photo, key=key).pk == photo.pk
    assert not PhotoPicture.objects.exists()


def test_sent_again_while_it_waits_it_is_refused_and_afterwards_taken(photo, member, store, clerk):
    with pytest.raises(PhotoAlreadySubmitted):
        send(member, store, purchase("NO 20261121.0042"))
    # The same letters and digits, but another number: another bill may have it.
    assert send(member, store, purchase("2026112-10042")).state == State.SUBMITTED
    bills.reject_photo(photo=photo, reason="unreadable", note="", by=clerk, key=fresh_key())

    assert send(member, store).state == State.SUBMITTED


def test_one_key_one_photograph(member, store):
    key = fresh_key(n=1)
    first = send(member, store, key=key)

    assert send(member, store, key=key).pk == first.pk
    with pytest.raises(KeyReused):
        send(member, store, purchase("other"), key=type(key)(key.scope, key.key, b"x" * 32))
    assert ReceiptPhoto.objects.count() == 1


def test_too_early_and_too_late_is_refused(member, store):
    with pytest.raises(ReceiptFromTheFuture):
        send(member, store, purchase(at=paid(-10)))
    with pytest.raises(ReceiptTooOld):
        send(member, store, purchase(at=paid(60 * 24 * 32)))
    assert not ReceiptPhoto.objects.exists()


def test_a_member_is_not_late_because_a_clerk_was(photo, member, clerk):
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        assert confirm(photo, clerk).state == State.CONFIRMED
        assert balance_of(member).available == 126


def test_a_merchant_that_left_grants_nothing(photo, store, clerk):
    merchants.withdraw_merchant(merchant=store.merchant, at=clock.now(), by=None)

    with pytest.raises(StoreNotInAlliance):
        confirm(photo, clerk)


def test_earlier_photographs_of_the_same_bill_or_file_are_shown(photo, other, store):
    same_purchase = send(other, store, picture=type(PICTURE)(b"\xff\xd8\xff other", b"e" * 32))
    same_file = send(other, store, purchase("another", 700))

    assert list(queries.earlier_photos_of(same_purchase)) == [photo]
    assert list(queries.earlier_photos_of(same_file)) == [photo]
    assert list(queries.earlier_photos_of(photo)) == []


def test_pictures_are_forgotten_some_days_after_the_decision(photo, member, store, clerk, settings):
    settings.PHOTO_DAYS = 30
    waiting = send(member, store, purchase("waits", 900))
    confirm(photo, clerk)
    begun = clock.now()

    for days, left in ((29, 2), (31, 1)):
        with time_machine.travel(begun + timedelta(days=days), tick=False):
            bills.purge_pictures()
            assert PhotoPicture.objects.count() == left
    assert PhotoPicture.objects.get().photo == waiting


def test_what_nobody_decided_on_lapses(photo):
    begun = clock.now()

    with time_machine.travel(begun + timedelta(days=59), tick=False):
        assert bills.close_lapsed_photos() == 0
    with time_machine.travel(begun + timedelta(days=61), tick=False):
        assert bills.close_lapsed_photos() == 1
        assert bills.close_lapsed_photos() == 0

    photo.refresh_from_db()
    assert (photo.state, photo.reason, photo.decided_by) == ("rejected", "lapsed", "system")


# --- Walls, by going round the code -----------------------------------------------------------


def refused(error, act):
    with pytest.raises(error) as raised, transaction.atomic():
        act()
    return str(raised.value)


@pytest.mark.parametrize(
    ("promise", "change"),
    [
        ("photo_decided_once", {"state": "confirmed"}),
        ("photo_decided_once", {"state": "rejected"}),
        ("photo_decided_once", {"state": "submitted", "decided_by": "user:1"}),
        ("photo_decided_once", {"state": "lost"}),
    ],
)
def test_a_state_has_what_belongs_to_it(photo, promise, change):
    assert promise in refused(IntegrityError, lambda: ReceiptPhoto.objects.update(**change))


def test_what_the_member_told_never_changes_and_a_decision_is_final(photo, clerk):
    rows = ReceiptPhoto.objects.filter(pk=photo.pk)
    for change in ({"paid_fen": 1}, {"receipt_no": "x"}, {"digest": b"x" * 32}, {"member": 1}):
        refused(DatabaseError, lambda change=change: rows.update(**change))
    refused(DatabaseError, rows.delete)

    bills.reject_photo(photo=photo, reason="unreadable", note="", by=clerk, key=fresh_key())

    refused(DatabaseError, lambda: rows.update(reason="not_paid"))
    refused(
        DatabaseError,
        lambda: rows.update(state="submitted", reason="", decided_by="", decided_at=None),
    )


def test_other_reasons_need_words_and_money_is_some(photo, member, store):
    same = {"decided_at": clock.now(), "decided_by": "user:1", "state": "rejected"}
    assert "photo_other_reason_is_told" in refused(
        IntegrityError, lambda: ReceiptPhoto.objects.update(reason="other", **same)
    )
    assert "photo_of_some_money" in refused(
        IntegrityError, lambda: send(member, store, purchase("zero", 0))
    )


def test_a_photograph_stays_with_the_merchant_of_its_store(photo, other):
    from tests.factories.loyalty import make_earning_store

    wrong = ReceiptPhoto(
        member=other,
        merchant=photo.merchant,
        store=make_earning_store(),
        receipt_no="x",
        paid_fen=1,
        paid_at=paid(),
        fingerprint=b"f" * 32,
        digest=b"d" * 32,
        at=clock.now(),
    )

    assert "photo_of_a_store_of_its_merchant" in refused(IntegrityError, wrong.save)
