"""Showing: the rotating code on the phone, and the printed number for whoever has none."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from coupons import codes, presented
from coupons.engine.passes import Pass
from coupons.models import Coupon, PaperCode, TemplateVersion
from coupons.queries import version_terms
from district.kernel import clock
from district.kernel.security import signatures
from district.kernel.text import qr

ALLOWANCE = TemplateVersion.Offline.ALLOWANCE


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

    Of a coupon that a till may take without a network it is a pass. While it is leased to a store the
    pass is good there until the lease ends, so the shopper may be without a network, too.

    Raises CouponNotUsable.
    """
    presented.require_presentable(coupon)
    now = clock.real_now()
    if coupon.leased_until is not None and clock.now() < coupon.leased_until:
        assert coupon.leased_to_id is not None
        return _pass_code(coupon, coupon.leased_to_id, now, coupon.leased_until)
    if version_terms(coupon.version_id).offline == ALLOWANCE:
        return _pass_code(coupon, 0, now, now + codes.CODE_LIFE)
    code = codes.PresentedCode(coupon.pk, coupon.member_id, coupon.uses_left, coupon.value_left_fen)
    # The signature holds whole seconds: say exactly the instant from which it is refused.
    return CouponCode(
        code=codes.code_of(code, now),
        expires_at=(now + codes.CODE_LIFE).replace(microsecond=0),
        server_time=now,
    )


def _pass_code(coupon: Coupon, store: int, now: datetime, until: datetime) -> CouponCode:
    coupon_pass = Pass(
        key=signatures.newest(),
        made_at=now,
        expires_at=until,
        coupon=coupon.pk,
        member=coupon.member_id,
        version=coupon.version_id,
        store=store,
        uses_left=coupon.uses_left,
        value_left=coupon.value_left_fen,
        valid_from=coupon.valid_from,
        valid_until=coupon.valid_until,
    )
    return CouponCode(
        code=codes.pass_of(coupon_pass), expires_at=until.replace(microsecond=0), server_time=now
    )


def print_coupon(*, coupon: Coupon) -> str:
    """A number and PIN to print or write down, `123456789012-1234`; the ones before are void.

    Raises CouponNotUsable.
    """
    presented.require_presentable(coupon)
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
