"""One function decides and books what receipts earn; a plain receipt alone is booked with fewer statements."""

import pytest
from django.db import connection

from district.kernel import clock
from district.kernel.models import OutboxRow
from loyalty.models import EarningCounter, Lot, MerchantTerms, PointsAccount, Receipt, Transfer
from tests.factories.members import make_member

PAID_FEN, POINTS = 12_680, 126


def written(model, **lookup):
    """Rows without what differs between any two receipts."""
    numbers = ("id", "public_id", "transfer", "receipt_no", "fingerprint", "recorded_at", "xid")
    people = ("account", "member", "reference")
    names = [field.name for field in model._meta.concrete_fields]
    return list(
        model.objects.filter(**lookup)
        .order_by("pk")
        .values(*(name for name in names if name not in numbers + people))
    )


def everything_written(member):
    """What a member's only receipt wrote, in all tables, and how its events read."""
    receipt = Receipt.objects.get(account=member.pk)
    events = OutboxRow.objects.filter(payload__member=member.pk).order_by("pk")
    unlike = {"member", "receipt", "transfer"}
    return {
        "receipt": written(Receipt, account=member.pk),
        "transfer": written(Transfer, account=member.pk),
        "lot": written(Lot, account=member.pk),
        "account": written(PointsAccount, member=member.pk),
        "events": [
            (
                event.name,
                sorted(event.payload),
                {key: event.payload[key] for key in event.payload if key not in unlike},
            )
            for event in events
        ],
        "linked": (
            receipt.transfer_id == Transfer.objects.get(account=member.pk).pk
            and Lot.objects.get(account=member.pk).transfer_id == receipt.transfer_id
        ),
    }


def earn(function, member, store, at, *, active_from=None):
    """Post a receipt by `loyalty_earn`, or by `loyalty_earn_receipts` alone or as one of many."""
    terms = MerchantTerms.objects.get(merchant=store.merchant_id)
    number = f"R{member.pk}"
    values = [member.pk, store.pk, number, PAID_FEN, at, number.encode().ljust(32), POINTS]
    grant = [terms.pk, terms.earn_points, terms.earn_per_fen, terms.price_milli_fen]
    dates = [active_from or at, clock.instant("2099-01-01T00:00:00+08:00")]
    with connection.cursor() as cursor:
        if function == "loyalty_earn":
            cursor.execute(
                "select loyalty_earn('test', %s, '', %s::bigint, %s::bigint, %s::bigint, %s, %s::bigint,"
                " %s, 'till', %s, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s, %s,"
                " null, %s, 'till:1', %s)",
                [
                    *(number, member.pk, store.merchant_id, *values[1:6]),
                    *(grant[0], POINTS, *grant[1:], *dates, f"tr_{number}", at),
                ],
            )
            return
        cursor.execute(
            "select * from loyalty_earn_receipts(%s, %s::bigint, 'till', 'till:1', %s, false, null,"
            " array[nextval('loyalty_receipt_id_seq')], array[%s::bigint], array[%s::bigint],"
            " array[%s], array[%s::bigint], array[%s], array[%s::bytea], array[%s::bigint], array[%s],"
            " array[0], array[%s::bigint], array[%s::bigint], array[%s::bigint], array[%s::bigint],"
            " array[%s], array[%s])",
            [function == "many", store.merchant_id, at, *values, f"tr_{number}", *grant, *dates],
        )


@pytest.mark.parametrize("waits", [False, True])
def test_a_plain_receipt_writes_the_same_rows_whichever_way_it_is_booked(db, tea, waits):
    at = clock.now()
    active_from = clock.instant("2098-01-01T00:00:00+08:00") if waits else None
    ways = {way: make_member(way) for way in ("loyalty_earn", "alone", "many")}

    for way, member in ways.items():
        earn(way, member, tea, at, active_from=active_from)

    first, *others = [everything_written(member) for member in ways.values()]
    assert [name for name, _keys, _payload in first["events"]] == ["PointsEarned", "ReceiptPosted"]
    assert first["linked"]
    assert others == [first, first]
    counters = EarningCounter.objects.filter(subject=f"merchant {tea.merchant_id}")
    assert sum(counters.values_list("points", flat=True)) == 3 * POINTS
