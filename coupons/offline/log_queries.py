"""What terminals took, as their logs say: of a coupon, by a pass, and of the allowance."""

from datetime import datetime

from django.db.models import Q, QuerySet

from coupons.engine.allowance import PERIOD, Allowance
from coupons.engine.passes import Pass
from coupons.offline.models import Kit, LogEntry

REDEEMED = "redeemed"


def allowance_left(kit: Kit, at: datetime) -> Allowance:
    """What lines of all kits of the terminal leave at an instant of the allowance that a kit says."""
    charged = LogEntry.objects.filter(
        terminal=kit.terminal_id,
        on_allowance=True,
        scanned_at__gt=at - PERIOD,
        scanned_at__lt=at + PERIOD,
    ).values_list("scanned_at", "allowance_fen")
    return Allowance(kit.allowance_count, kit.allowance_fen).left_at(at, charged)


def entries_after_pass(coupon_pass: Pass, coupon: int) -> QuerySet[LogEntry]:
    """Lines that took of a coupon what a pass for it cannot know of, the oldest first: by this pass or
    since it was made. What was given back since does not count."""
    unknown = Q(scanned_at__gte=coupon_pass.made_at) | Q(pass_made_at=coupon_pass.made_at)
    rows = LogEntry.objects.filter(unknown, coupon=coupon, outcome=REDEEMED)
    return rows.filter(redemption__reversed_at=None).order_by("pk")


def entries_of_pass(coupon_pass: Pass, coupon: int) -> QuerySet[LogEntry]:
    """Lines that took this very open pass."""
    rows = entries_after_pass(coupon_pass, coupon)
    return rows.filter(on_allowance=True, pass_made_at=coupon_pass.made_at)
