"""What the database refuses of a photographed bill, by SQL that bypasses the code."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from district.kernel import clock
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.models import ReceiptPhoto
from tests.factories.loyalty import fresh_key
from tests.receipt_photos.photo_steps import (
    paid,
    purchase,
    send,
)


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


def test_what_the_member_reported_never_changes_and_a_decision_is_final(photo, clerk):
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
