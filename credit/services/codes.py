"""Credit codes: issued, rotated, revoked; and their scans counted."""

import secrets
from typing import Any

from django.db import connection, transaction

from credit.errors import CreditCodeEnded, CreditCodeLive
from credit.models import CreditCode
from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.errors import StoreIsClosed
from district.merchants.models import Store, Venue

State = CreditCode.State
# Scans of one store at the same instant meet in one of so many rows.
SCAN_SLOTS = 4


@transaction.atomic
def issue_code(*, store: Store, by: User | None, key: Key) -> CreditCode:
    """The store's code, its first or the one after a revoked one. Raises CreditCodeLive, KeyReused, StoreIsClosed."""
    if (earlier := claim_key(key)) is not None:
        return CreditCode.objects.get(pk=earlier)
    row = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    if CreditCode.objects.filter(store=row, state=State.LIVE).exists():
        raise CreditCodeLive
    code = _issue(row, by)
    store_result(key, code.pk)
    return code


@transaction.atomic
def issue_venue_codes(*, venue: Venue, by: User | None) -> list[CreditCode]:
    """A code for every open store of the venue that has none; done again it finds nothing to do."""
    rows = Store.objects.select_for_update(no_key=True).filter(venue=venue, state=Store.State.OPEN)
    locked = list(rows.order_by("pk"))
    # Read after the stores are locked: what another batch issued meanwhile is seen.
    live = CreditCode.objects.filter(store__in=locked, state=State.LIVE)
    with_code = set(live.values_list("store_id", flat=True))
    return [_issue(store, by) for store in locked if store.pk not in with_code]


@transaction.atomic
def rotate_code(*, code: CreditCode, reason: str, by: User | None, key: Key) -> CreditCode:
    """A new code instead of a live one; the old one says from now on that it was replaced.

    Raises CreditCodeEnded, KeyReused, StoreIsClosed.
    """
    if (earlier := claim_key(key)) is not None:
        return CreditCode.objects.get(pk=earlier)
    store = Store.objects.select_for_update(no_key=True).get(pk=code.store_id)
    _end(code, State.ROTATED, reason, by)
    new = _issue(store, by)
    store_result(key, new.pk)
    return new


@transaction.atomic
def revoke_code(*, code: CreditCode, reason: str, by: User | None) -> CreditCode:
    """A live code is good no more. Raises CreditCodeEnded."""
    Store.objects.select_for_update(no_key=True).get(pk=code.store_id)
    return _end(code, State.REVOKED, reason, by)


def count_scan(*, store_id: int) -> None:
    """One more scan of the day, of nobody."""
    day, slot = clock.business_day(clock.now()), secrets.randbelow(SCAN_SLOTS)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into credit_storescancount (store_id, day, slot, count) values (%s, %s, %s, 1)"
            " on conflict (store_id, day, slot)"
            " do update set count = credit_storescancount.count + 1",
            [store_id, day, slot],
        )


def _issue(store: Store, by: User | None) -> CreditCode:
    """The next code of a store whose row is locked."""
    if store.state != Store.State.OPEN:
        raise StoreIsClosed
    number = CreditCode.objects.filter(store=store).count() + 1
    code = CreditCode.objects.create(
        store=store, number=number, issued_at=clock.now(), issued_by=by
    )
    _record("issue_credit_code", code, by)
    return code


def _end(code: CreditCode, state: CreditCode.State, reason: str, by: User | None) -> CreditCode:
    row = CreditCode.objects.get(pk=code.pk)
    if row.state != State.LIVE:
        raise CreditCodeEnded
    row.state, row.ended_at, row.ended_by, row.end_reason = state, clock.now(), by, reason
    row.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
    verb = "rotate_credit_code" if state == State.ROTATED else "revoke_credit_code"
    _record(verb, row, by, reason=reason)
    return row


def _record(verb: str, code: CreditCode, by: User | None, **facts: Any) -> None:
    audit.record(by=by, verb=verb, subject=f"credit.creditcode:{code.pk}", **facts)
