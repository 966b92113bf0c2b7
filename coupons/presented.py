"""Reading what is shown at a counter: codes, tickets and printed numbers become coupons as they are now."""

import hmac
from collections.abc import Sequence

from django.db.models import F

from coupons import codes
from coupons.codes import PresentedCode
from coupons.engine import wording
from coupons.engine.coupon import CouponState
from coupons.engine.reasons import Reason
from coupons.errors import CouponNotUsable, PinClosed, PinWrong
from coupons.models import Coupon, PaperCode
from coupons.queries.wallet import origin_holds
from district.kernel import clock
from district.kernel.errors import TokenInvalid, TokenUsed


def read_presented(texts: Sequence[str], store: int) -> list[PresentedCode]:
    """What codes, tickets and printed numbers shown at a store say.

    Raises CodeLeasedElsewhere, PinClosed, PinWrong, TokenExpired, TokenInvalid, TokenUsed for one coupon shown
    twice, which would count twice.
    """
    seen = [
        read_paper_code(*paper) if (paper := codes.paper_parts(text)) else codes.read(text, store)
        for text in texts
    ]
    if len({code.coupon for code in seen}) != len(seen):
        raise TokenUsed
    return seen


def require_unchanged(
    seen: Sequence[PresentedCode], found: dict[int, CouponState]
) -> list[CouponState]:
    """The coupons as they are now, in the order they were shown.

    Raises TokenInvalid, TokenUsed for one used since it was shown.
    """
    for presented_code in seen:
        coupon = found.get(presented_code.coupon)
        if coupon is None or coupon.member != presented_code.member:
            raise TokenInvalid
        if (
            coupon.state == "live"
            and not presented_code.leased
            and presented_now(coupon) != presented_code
        ):
            raise TokenUsed
    return [found[presented_code.coupon] for presented_code in seen]


def presented_now(coupon: CouponState) -> codes.PresentedCode:
    """What a code for this coupon would say now."""
    return codes.PresentedCode(coupon.pk, coupon.member, coupon.uses_left, coupon.value_left)


def read_paper_code(number: str, pin: str) -> codes.PresentedCode:
    """The coupon of a printed number. A wrong PIN is counted, for ever: five close the number.

    Raises PinClosed, PinWrong, TokenInvalid.
    """
    paper = PaperCode.objects.select_related("coupon").filter(number=number).first()
    if paper is None:
        raise TokenInvalid
    # A try is taken before it is checked and given back if it was right: of many at once five count.
    tries = PaperCode.objects.filter(pk=paper.pk)
    if not tries.filter(tries_left__gt=0).update(tries_left=F("tries_left") - 1):
        raise PinClosed
    if not hmac.compare_digest(bytes(paper.pin_hash), codes.pin_hash(number, pin)):
        left = tries.values_list("tries_left", flat=True).get()
        raise PinWrong(tries_left=left) if left else PinClosed
    tries.update(tries_left=F("tries_left") + 1)
    coupon = paper.coupon
    return codes.PresentedCode(coupon.pk, coupon.member_id, coupon.uses_left, coupon.value_left_fen)


def require_presentable(coupon: Coupon) -> None:
    """For who wants to show it. Raises CouponNotUsable."""
    at = clock.now()
    state = coupon.state if origin_holds(coupon) else Coupon.State.VOID
    if state == Coupon.State.LIVE and at < coupon.valid_until:
        return
    code = {"used": "used", "void": "void"}.get(state, "expired")
    reason = Reason(code, {"until": coupon.valid_until})
    worded = {
        "code": code,
        "shopper": wording.for_shopper(reason, at),
        "clerk": wording.for_clerk(reason, at),
    }
    raise CouponNotUsable(coupon=coupon.public_id, reasons=[worded], reader="shopper")
