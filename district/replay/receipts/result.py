"""The figures of a replay, read from the ledger at the instant of the data set's last event."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum

from district.members.models import Member
from district.replay.receipts.dataset import DataSet
from district.replay.receipts.identities import ReplayIdentities
from loyalty import queries
from loyalty.models import Draw, Receipt, Refund, Transfer


def result_of(identities: ReplayIdentities, dataset: DataSet) -> dict[str, Any]:
    """The contract's figures for the replay's members, whoever else is in the database."""
    receipts = Receipt.objects.filter(account__member__in=identities.number_of_member)
    balances = _balances(identities, dataset.last_instant)
    return {
        "receipts": receipts.count(),
        "members": len(balances),
        "merchants": receipts.values("merchant").distinct().count(),
        **_points(identities.number_of_member, receipts),
        "points_live": sum(live for live, _debt in balances.values()),
        "points_debt": sum(debt for _live, debt in balances.values()),
        **_clearing(identities),
        "members_digest": digest((number, *balance) for number, balance in balances.items()),
        **(_returns(receipts, dataset) if dataset.has_refunds else {}),
    }


def _points(members: Collection[int], receipts: QuerySet[Receipt]) -> dict[str, int]:
    moved = dict(
        Transfer.objects.filter(account__member__in=members)
        .values_list("kind")
        .annotate(points=Sum("points"))
        .order_by()
    )
    return {
        "points_issued": moved.get(Transfer.Kind.EARN, 0),
        "points_spent": moved.get(Transfer.Kind.SPEND, 0),
        "points_clawed": receipts.aggregate(clawed=Sum("clawed"))["clawed"] or 0,
    }


def _returns(receipts: QuerySet[Receipt], dataset: DataSet) -> dict[str, int]:
    """What came back: refunds by the ledger, and what was not sent to a till by the replay's own count."""
    return {
        "refunds": Refund.objects.filter(receipt__in=receipts).count(),
        **dataset.left_out_counts,
    }


def _balances(identities: ReplayIdentities, at: datetime | None) -> dict[int, tuple[int, int]]:
    """What each member of the data set has and owes at an instant, by the data set's number."""
    found = {}
    for member in Member.objects.filter(pk__in=identities.number_of_member):
        balance = queries.balance_of(member, at)
        found[identities.number_of_member[member.pk]] = (balance.available, balance.debt)
    return found


def _clearing(identities: ReplayIdentities) -> dict[str, Any]:
    """What merchants owe each other for these members' points alone."""
    claims = (
        Draw.objects.filter(transfer__account__member__in=identities.number_of_member)
        .values_list("lot__issuer", "redeemer")
        .annotate(points=Sum("points"))
        .order_by()
    )
    owed = [
        (identities.number_of_merchant[issuer], identities.number_of_merchant[redeemer], points)
        for issuer, redeemer, points in claims
        if issuer != redeemer
    ]
    return {
        "clearing_pairs": len(owed),
        "clearing_points": sum(points for _issuer, _redeemer, points in owed),
        "clearing_digest": digest(owed),
    }


def digest(rows: Iterable[tuple[int, ...]]) -> str:
    """SHA-256 of the rows as lines of comma-separated integers, sorted as integers."""
    lines = (",".join(map(str, row)) + "\n" for row in sorted(rows))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
