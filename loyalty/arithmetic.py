"""Pure arithmetic: what a payment is worth, until when, what a refund takes back, which bill is the same."""

import calendar
import hashlib
import re
from datetime import date, datetime, timedelta

from district.kernel.clock import business_day, start_of_day


def points_for(paid_fen: int, *, earn_points: int, earn_per_fen: int) -> int:
    """floor(paid × points ÷ unit): parts of a point are never granted, and never rounded up."""
    return paid_fen * earn_points // earn_per_fen


def worth_fen(points: int, *, value_milli_fen: int) -> int:
    """What so many points take off a bill, in fen: parts of a fen are never taken off."""
    return points * value_milli_fen // 1000


def expiry_of(at: datetime, *, months: int) -> datetime:
    """The exclusive end: the start of the Shanghai day `months` calendar months after `at`'s day.

    A day the month lacks becomes its last one (31 January and one month: 28 or 29 February).
    """
    day = business_day(at)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start_of_day(date(year, month + 1, min(day.day, last)))


def active_from(at: datetime, *, pending_days: int) -> datetime:
    """When points become spendable: at once, or at the start of the Shanghai day so many days on."""
    if pending_days == 0:
        return at
    return start_of_day(business_day(at) + timedelta(days=pending_days))


def clawback(
    *, paid_fen: int, refunded_fen: int, granted: int, clawed: int, rate: tuple[int, int]
) -> int:
    """Points to take when the refunds of a receipt come to `refunded_fen` in all, this one included.

    Cumulative (design §7.3): granted − clawed − floor(rate × (paid − refunded)), so that any number
    of partial refunds takes what one refund of their sum takes.
    """
    earn_points, earn_per_fen = rate
    due = points_for(paid_fen - refunded_fen, earn_points=earn_points, earn_per_fen=earn_per_fen)
    return max(granted - clawed - due, 0)


def receipt_number_parts(receipt_no: str) -> tuple[str, ...]:
    """A bill's number without what writing adds: its runs of letters and digits, `NO` and leading
    zeros left out.

    A till writes `NO.000-42` where a member types `42`; `1-23` and `12-3` stay two.
    """
    first, *rest = re.findall(r"[^\W_]+", receipt_no.upper()) or [""]
    parts = [part for part in (first.removeprefix("NO"), *rest) if part]
    while parts and not (first := parts[0].lstrip("0")):
        del parts[0]
    return (first, *parts[1:]) if parts else ()


def normalized_receipt_number(receipt_no: str) -> str:
    """The loosest reading of a bill's number: nothing but its letters and digits.

    Two bills that have it in common may be one, and a person is asked; it decides nothing.
    """
    return "".join(receipt_number_parts(receipt_no))


def purchase_fingerprint(
    *, store: int, receipt_no: str, paid_fen: int, paid_at: datetime, distinct_as: str = ""
) -> bytes:
    """The same for one purchase, whoever reports it: store, Shanghai day, amount, number as written.

    `distinct_as` separates a purchase that looks the same from the first one, once a person has decided so.
    """
    text = f"as written|{store}|{business_day(paid_at)}|{paid_fen}|{receipt_no}"
    if distinct_as:
        text += f"|{distinct_as}"
    return hashlib.sha256(text.encode()).digest()


def receipt_photo_fingerprint(
    *, store: int, receipt_no: str, paid_fen: int, paid_at: datetime
) -> bytes:
    """The same for photographs of one bill, however a member typed its number."""
    number = "-".join(receipt_number_parts(receipt_no))
    text = f"{store}|{business_day(paid_at)}|{paid_fen}|{number}"
    return hashlib.sha256(text.encode()).digest()
