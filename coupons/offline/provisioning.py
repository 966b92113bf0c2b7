"""What a terminal takes along: keys, rules, days and its end of the log, as plain JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from coupons import codes
from coupons.engine.allowance import PERIOD
from coupons.engine.benefits import AppliesTo, benefit_document
from coupons.engine.bill import StoreRef
from coupons.models import Coupon, TemplateVersion
from coupons.offline.log_queries import allowance_left
from coupons.offline.models import Kit
from coupons.queries import version_terms
from coupons.queries.counter import counter_of
from district.calendar.workdays import is_workday
from district.kernel import clock

# A kit is good for as long as an allowance counts.
KIT_LIFETIME = PERIOD
_MAY = (TemplateVersion.Offline.LEASED, TemplateVersion.Offline.ALLOWANCE)


def kit_document(kit: Kit) -> dict[str, Any]:
    """Everything the pure rules need at this terminal until the kit ends."""
    store = kit.terminal.store
    counter = counter_of(store.pk)
    left = allowance_left(kit, kit.at)
    return {
        "id": kit.public_id,
        "at": kit.at,
        "until": kit.until,
        "allowance_count": kit.allowance_count,
        "allowance_fen": kit.allowance_fen,
        "allowance_left_count": left.count,
        "allowance_left_fen": left.fen,
        "last_seq": kit.terminal.last_seq,
        "last_hash": kit.terminal.last_hash,
        "store": store.pk,
        "counter": asdict(counter),
        "keys": [
            {"version": version, "ed25519": key.hex()} for version, key in codes.pass_keys().items()
        ],
        "versions": [_version(row) for row in _usable(counter, kit.at)],
        "workdays": [day for day in _days(kit) if is_workday(day)],
        "days": list(_days(kit)),
        "spent": list(
            Coupon.objects.filter(leased_to=store, leased_until__gt=kit.at)
            .exclude(state=Coupon.State.LIVE)
            .order_by("pk")
            .values_list("pk", flat=True)
        ),
    }


def _usable(counter: StoreRef, at: datetime) -> Iterator[TemplateVersion]:
    """Versions of which a coupon may be taken here without the network."""
    rows = TemplateVersion.objects.filter(
        offline__in=_MAY, state__in=[TemplateVersion.State.PUBLISHED, TemplateVersion.State.STOPPED]
    ).exclude(valid_until__lte=at)
    for row in rows.order_by("pk"):
        terms = version_terms(row.pk)
        if AppliesTo.BILL in terms.benefit.applies_to and terms.scope.holds_at(counter):
            yield row


def _version(row: TemplateVersion) -> dict[str, Any]:
    terms = version_terms(row.pk)
    return {
        "number": terms.pk,
        "id": terms.public_id,
        "name": terms.name,
        "benefit": benefit_document(terms.benefit),
        "scope": row.scope,
        "times": row.times,
        "stacking": terms.stacking,
        "kind": terms.kind,
        "level": terms.level,
        "in_parts": terms.in_parts,
        "offline": terms.offline,
    }


def _days(kit: Kit) -> Iterator[Any]:
    """From the day before, whose night may go on, to the day after the kit's end."""
    day = clock.business_day(kit.at) - timedelta(days=1)
    while day <= clock.business_day(kit.until) + timedelta(days=1):
        yield day
        day += timedelta(days=1)
