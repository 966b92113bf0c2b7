"""A photographed bill from its sending to its end."""

from datetime import timedelta

import pytest
import time_machine

from district.kernel import clock, invariants
from district.kernel.errors import KeyReused
from district.kernel.models import AuditLine
from district.members.models import MemberKey
from district.merchants import services as merchants
from district.merchants.errors import StoreNotInAlliance
from loyalty.errors import ReceiptFromTheFuture, ReceiptTooOld
from loyalty.models import Receipt
from loyalty.queries import balance_of
from loyalty.receipt_photos import queries
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.errors import PhotoAlreadySubmitted, PhotoDecided
from loyalty.receipt_photos.models import PhotoPicture, ReceiptPhoto
from tests.factories.loyalty import fresh_key
from tests.receipt_photos.photo_steps import (
    NUMBER,
    PICTURE,
    confirm,
    paid,
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
