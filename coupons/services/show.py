"""Showing: the rotating code on the phone, and the printed number for whoever has none."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from coupons import codes
from coupons.errors import CouponNotUsable, PinClosed, PinWrong
from coupons.models import Coupon, PaperCode
from coupons.rules import wording
from coupons.rules.reasons import Reason
from district.kernel import clock, qr
from district.kernel.errors import TokenInvalid


@dataclass(frozen=True, slots=True)
class CouponCode:
    """A code and how long it is good, by the server's clock."""

    code: str = field(repr=False)
    expires_at: datetime
    server_time: datetime

    @property
    def svg(self) -> str:
        return qr.svg(self.code)


def show_coupon(*, coupon: Coupon) -> CouponCode:
    """A fresh rotating code for a live coupon; earlier ones stay good for the rest of their time.

    Raises CouponNotUsable.
    """
    require_live(coupon)
    now = clock.real_now()
    shown = codes.Shown(coupon.pk, coupon.member_id, coupon.uses_left, coupon.value_left_fen)
    # The signature holds whole seconds: say exactly the instant from which it is refused.
    return CouponCode(
        code=codes.code_of(shown, now),
        expires_at=(now + codes.CODE_LIFE).replace(microsecond=0),
        server_time=now,
    )


def print_coupon(*, coupon: Coupon) -> str:
    """A number and PIN to print or write down, `123456789012-1234`; the ones before are void.

    Raises CouponNotUsable.
    """
    require_live(coupon)
    pin = f"{secrets.randbelow(10_000):04d}"
    while True:
        number = f"{secrets.randbelow(10**12):012d}"
        try:
            with transaction.atomic():
                PaperCode.objects.update_or_create(
                    coupon=coupon,
                    defaults={
                        "number": number,
                        "pin_hash": codes.pin_hash(number, pin),
                        "at": clock.now(),
                    },
                )
        except IntegrityError:
            continue
        return f"{number}-{pin}"


def shown_on_paper(number: str, pin: str) -> codes.Shown:
    """The coupon of a printed number. A wrong PIN is counted, for ever: five close the number.

    Raises PinClosed, PinWrong, TokenInvalid.
    """
    paper = PaperCode.objects.select_related("coupon").filter(number=number).first()
    if paper is None:
        raise TokenInvalid
    # A try is taken before it is judged and given back if it was right: of many at once five count.
    tries = PaperCode.objects.filter(pk=paper.pk)
    if not tries.filter(tries_left__gt=0).update(tries_left=F("tries_left") - 1):
        raise PinClosed
    if not hmac.compare_digest(bytes(paper.pin_hash), codes.pin_hash(number, pin)):
        left = tries.values_list("tries_left", flat=True).get()
        raise PinWrong(tries_left=left) if left else PinClosed
    tries.update(tries_left=F("tries_left") + 1)
    coupon = paper.coupon
    return codes.Shown(coupon.pk, coupon.member_id, coupon.uses_left, coupon.value_left_fen)


def require_live(coupon: Coupon) -> None:
    """Raises CouponNotUsable."""
    at = clock.now()
    if coupon.state == Coupon.State.LIVE and at < coupon.valid_until:
        return
    code = {"used": "used", "void": "void"}.get(coupon.state, "expired")
    reason = Reason(code, {"until": coupon.valid_until})
    worded = {
        "code": code,
        "shopper": wording.for_shopper(reason, at),
        "clerk": wording.for_clerk(reason, at),
    }
    raise CouponNotUsable(coupon=coupon.public_id, reasons=[worded])
