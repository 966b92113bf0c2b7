"""A person decides between two bills that seem to be one purchase."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from district.kernel import clock, invariants
from district.kernel.models import AuditLine
from loyalty.arithmetic import purchase_fingerprint
from loyalty.errors import ReceiptAlreadyPosted
from loyalty.models import Receipt, Transfer
from loyalty.queries import balance_of
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.errors import ConflictDecided
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto
from tests.factories.loyalty import fresh_key, make_earning_store, pay_points
from tests.receipt_photos.photo_steps import NUMBER, confirm, post, purchase, send


@pytest.fixture
def of_photo(photo, other, store, clerk):
    """小周 has earned with the bill that 小林 photographed."""
    post(other, store)
    confirm(photo, clerk)
    return ReceiptConflict.objects.get()


@pytest.fixture
def of_till(photo, other, store, clerk):
    """小林's photograph has earned, then the till reports the same bill for 小周."""
    confirm(photo, clerk)
    with pytest.raises(ReceiptAlreadyPosted):
        post(other, store, purchase(source="till"))
    return ReceiptConflict.objects.get()


def decide(verb, conflict, by, *, key=None):
    return verb(conflict=conflict, note="已看过两张小票", by=by, key=key or fresh_key())


def points(*members):
    return tuple(balance_of(member).available for member in members)


def sound():
    assert list(invariants.offences()) == []


def test_the_earlier_one_stands_and_the_photograph_is_a_duplicate(of_photo, member, other, clerk):
    decided = decide(bills.keep_earlier, of_photo, clerk)

    photo = ReceiptPhoto.objects.get()
    assert (decided.state, decided.later, decided.note) == ("earlier", None, "已看过两张小票")
    assert (photo.state, photo.reason, photo.receipt) == ("rejected", "duplicate", None)
    assert points(member, other) == (0, 126)
    assert AuditLine.objects.filter(verb="keep_earlier", actor=f"user:{clerk.pk}").count() == 1
    sound()


def test_of_the_members_own_look_alike_the_photograph_has_already_earned(
    photo, member, store, clerk
):
    receipt = post(member, store, purchase("T-881", source="till"))
    confirm(photo, clerk)

    decide(bills.keep_earlier, ReceiptConflict.objects.get(), clerk)

    photo.refresh_from_db()
    assert (photo.state, photo.receipt) == ("already_earned", receipt)
    assert points(member) == (126,)
    sound()


def test_two_purchases_both_earn_and_the_later_has_a_mark(of_photo, member, other, store, clerk):
    decided = decide(bills.keep_both, of_photo, clerk)

    photo, later = ReceiptPhoto.objects.get(), decided.later
    assert (photo.state, photo.receipt) == ("confirmed", later)
    assert (later.receipt_no, later.source) == (f"{NUMBER}#2", "photo")
    assert bytes(later.fingerprint) == purchase_fingerprint(
        store=store.pk,
        receipt_no=later.receipt_no,
        paid_fen=later.paid_fen,
        paid_at=later.paid_at,
        distinct_as=decided.public_id,
    )
    assert points(member, other) == (126, 126)
    sound()


def test_the_later_one_stands_and_the_earlier_is_taken_back(of_photo, member, other, clerk):
    decided = decide(bills.keep_later, of_photo, clerk)

    assert (decided.state, decided.later.account_id) == ("later", member.pk)
    assert points(member, other) == (126, 0)
    assert Transfer.objects.get(kind="reverse_earn").reason == "同一笔消费重复入账，经核对冲正"
    sound()


def test_what_was_taken_back_and_spent_is_owed(of_photo, member, other, clerk):
    pay_points(other, make_earning_store(), points=100)

    decide(bills.keep_later, of_photo, clerk)

    assert (balance_of(other).debt, points(member)) == (100, (126,))
    sound()


@pytest.mark.parametrize(
    ("verb", "after"),
    [
        (bills.keep_earlier, (126, 0)),
        (bills.keep_both, (126, 126)),
        (bills.keep_later, (0, 126)),
    ],
)
def test_a_bill_that_a_till_reported_is_decided_likewise(
    of_till, member, other, store, clerk, verb, after
):
    decided = decide(verb, of_till, clerk)

    assert points(member, other) == after
    if decided.later:
        # What was taken back freed the bill's own number; next to another one it gets a mark.
        number = NUMBER if verb is bills.keep_later else f"{NUMBER}#2"
        assert (decided.later.receipt_no, decided.later.source) == (number, "till")
    sound()
    # Whatever was decided, the bill is known; reported again it earns nothing.
    with pytest.raises(ReceiptAlreadyPosted):
        post(other, store, purchase(source="till"))


def test_it_is_decided_once(of_photo, member, other, clerk):
    key = fresh_key()
    first = decide(bills.keep_both, of_photo, clerk, key=key)

    assert decide(bills.keep_both, of_photo, clerk, key=key).pk == first.pk
    for verb in (bills.keep_earlier, bills.keep_both, bills.keep_later):
        with pytest.raises(ConflictDecided):
            decide(verb, of_photo, clerk)
    assert points(member, other) == (126, 126)


def test_a_till_that_comes_with_another_number_is_found_at_night(
    photo, member, other, store, clerk
):
    confirm(photo, clerk)
    later = post(
        other, store, purchase("T-9", at=photo.paid_at + timedelta(minutes=3), source="till")
    )
    post(other, store, purchase("T-10", at=photo.paid_at + timedelta(minutes=30), source="till"))

    assert bills.find_similar_receipts() == 1
    assert bills.find_similar_receipts() == 0

    conflict = ReceiptConflict.objects.get()
    assert (conflict.later, conflict.reason, conflict.member) == (later, "similar", other)
    decide(bills.keep_earlier, conflict, clerk)
    assert points(member, other) == (126, 126)  # T-10 stays
    assert bills.find_similar_receipts() == 0
    sound()


def test_a_till_that_writes_the_number_otherwise_earns_and_a_person_is_asked_at_night(
    photo, member, other, store, clerk
):
    """Hours apart, but the same letters and digits on the same day: it may be one purchase."""
    confirm(photo, clerk)
    at = photo.paid_at - timedelta(minutes=20)
    if clock.business_day(at) != clock.business_day(photo.paid_at):
        at = photo.paid_at + timedelta(minutes=20)
    later = post(other, store, purchase("NO.2026-1121/0042", at=at, source="till"))
    post(other, store, purchase("NO.2026-1121/0043", at=at, source="till"))
    assert points(member, other) == (126, 252)

    assert bills.find_similar_receipts() == 1

    conflict = ReceiptConflict.objects.get()
    assert (conflict.later, conflict.reason, conflict.state) == (later, "similar", "open")
    decide(bills.keep_earlier, conflict, clerk)
    assert points(member, other) == (126, 126)
    sound()


def test_two_photographs_that_look_alike_are_one_pair(photo, other, store, clerk):
    second = send(other, store, purchase("P-7", at=photo.paid_at))
    confirm(photo, clerk)

    assert confirm(second, clerk).state == "conflicting"
    decide(bills.keep_both, ReceiptConflict.objects.get(), clerk)

    second.refresh_from_db()
    # Only alike: its own number, so that a till which reports it is recognised.
    assert second.receipt.receipt_no == "P-7"
    with pytest.raises(ReceiptAlreadyPosted):
        post(other, store, purchase("P-7", at=photo.paid_at, source="till"))
    assert bills.find_similar_receipts() == 0
    sound()


def test_what_was_refunded_meanwhile_is_not_taken_back_twice(of_till, member, other, store, clerk):
    from tests.factories.loyalty import undo

    undo(Receipt.objects.get().transfer, store)

    decide(bills.keep_later, of_till, clerk)

    assert points(member, other) == (0, 126)
    sound()


def test_numbers_of_the_longest_kind_are_cut_for_their_mark(store, member, other, clerk):
    number = "9" * 64
    post(other, store, purchase(number, source="till"))
    photo = send(member, store, purchase(number))
    confirm(photo, clerk)

    decided = decide(bills.keep_both, ReceiptConflict.objects.get(), clerk)

    assert decided.later.receipt_no == "9" * 58 + "#2"


# --- Constraints ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("promise", "change"),
    [
        ("conflict_decided_once", {"state": "both", "note": "x"}),
        ("conflict_decided_once", {"note": "x"}),
        ("conflict_decided_once", {"state": "gone"}),
    ],
)
def test_a_state_has_what_belongs_to_it(of_photo, promise, change):
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        ReceiptConflict.objects.update(**change)


def test_what_was_reported_never_changes_and_a_decision_is_final(of_photo, clerk):
    rows = ReceiptConflict.objects.all()
    changes = [{"paid_fen": 1}, {"member": 1}, {"earlier": 1}, {"actor": "x"}]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    decide(bills.keep_earlier, of_photo, clerk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(note="另一个说法")


def test_the_audit_finds_what_was_bent(of_photo, clerk):
    """Not every promise can be a constraint; the audit sees those that cannot."""
    ReceiptPhoto.objects.update(state="submitted")

    assert {offence.query for offence in invariants.offences()} == {
        "a photograph is in conflict while its conflict is open"
    }
