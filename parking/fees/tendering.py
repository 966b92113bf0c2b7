"""Which tenders settle what is due of a stay, in the published order, to the fen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class TenderKind(StrEnum):
    """In the order in which they are taken; what goes back goes back in reverse."""

    VALIDATION = "validation"
    MINUTES_COUPON = "minutes_coupon"
    AMOUNT_COUPON = "amount_coupon"
    POINTS = "points"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class OfferedTenders:
    """What may be used for a stay: minutes and fen by the number of the row that brings them, and points.

    A point is worth `point_value_milli_fen`.
    """

    validations: Sequence[tuple[int, int]] = ()
    minutes_coupons: Sequence[tuple[int, int]] = ()
    amount_coupons: Sequence[tuple[int, int]] = ()
    points: int = 0
    point_value_milli_fen: int = 1_000


class PlannedTender(NamedTuple):
    """`number` is that of the row that brings it; minutes are worth what they save."""

    kind: TenderKind
    number: int | None
    amount_fen: int
    minutes: int = 0
    points: int = 0


class FeePlan(NamedTuple):
    """The tenders sum to `settles_fen`; `money_fen` of it is the last of them, where anything is left."""

    tenders: tuple[PlannedTender, ...]
    settles_fen: int
    money_fen: int
    minutes: int


def plan_tenders(due_with: Callable[[int], int], offered: OfferedTenders) -> FeePlan:
    """Settle what is due with what is offered; what would save nothing is left out and not used up.

    Validations that save something only together are used together, and share it by their minutes: what is left to
    pay is what is due with all of them.

    `due_with` says what is due when so many further minutes are credited; it is not negative.
    """
    settles = left = due_with(0)
    minutes, tenders = 0, list[PlannedTender]()
    grants = [(TenderKind.VALIDATION, *grant) for grant in offered.validations]
    grants += [(TenderKind.MINUTES_COUPON, *grant) for grant in offered.minutes_coupons]
    together = list[tuple[int, int]]()
    for kind, number, granted in grants:
        waiting = sum(more for _number, more in together)
        due = min(due_with(minutes + waiting + granted), left)
        if left - due > len(together):
            tenders += _shared([*together, (number, granted)], kind, left - due)
            minutes, left = minutes + waiting + granted, due
            together.clear()
        elif kind is TenderKind.VALIDATION:
            together.append((number, granted))
    for number, fen in offered.amount_coupons:
        if used := min(fen, left):
            tenders.append(PlannedTender(TenderKind.AMOUNT_COUPON, number, used))
            left -= used
    points, worth = points_for_fen(
        left, most=offered.points, value_milli_fen=offered.point_value_milli_fen
    )
    if worth:
        tenders.append(PlannedTender(TenderKind.POINTS, None, worth, points=points))
        left -= worth
    if left:
        tenders.append(PlannedTender(TenderKind.MONEY, None, left))
    return FeePlan(tuple(tenders), settles, left, minutes)


def _shared(
    grants: Sequence[tuple[int, int]], last: TenderKind, saved_fen: int
) -> list[PlannedTender]:
    """What minutes saved together, at least a fen each, by their minutes; all but the last one are validations."""
    tenders, left = list[PlannedTender](), saved_fen
    for place, (number, minutes) in enumerate(grants):
        others = grants[place + 1 :]
        rest = minutes + sum(more for _number, more in others)
        fen = min(max(left * minutes // rest, 1), left - len(others))
        kind = TenderKind.VALIDATION if others else last
        tenders.append(PlannedTender(kind, number, fen, minutes=minutes))
        left -= fen
    return tenders


def points_for_fen(fen: int, *, most: int, value_milli_fen: int) -> tuple[int, int]:
    """The fewest points that are worth so many fen, at most `most` and never worth more; and what they are worth."""
    points = min(-(-fen * 1_000 // value_milli_fen), most)
    worth = points * value_milli_fen // 1_000
    if worth > fen:
        points = fen * 1_000 // value_milli_fen
        worth = points * value_milli_fen // 1_000
    return points, worth


class GivenTender(NamedTuple):
    """A tender as it was taken, with what of it went back already; `points` of it and what they were worth."""

    number: int
    kind: TenderKind
    amount_fen: int
    points: int = 0
    returned_fen: int = 0
    returned_points: int = 0


class ReturnedPart(NamedTuple):
    number: int
    amount_fen: int
    points: int = 0


def plan_refund(taken: Sequence[GivenTender], amount_fen: int) -> list[ReturnedPart]:
    """What goes back of which tender, the last ones first, at most `amount_fen` together.

    Money and points go back in parts; a coupon or a validation as a whole, or where less is wanted not at all.
    """
    parts, left = list[ReturnedPart](), amount_fen
    for tender in reversed(taken):
        rest = tender.amount_fen - tender.returned_fen
        back = min(rest, left)
        if not back:
            continue
        if tender.kind is TenderKind.MONEY:
            parts.append(ReturnedPart(tender.number, back))
        elif tender.kind is TenderKind.POINTS:
            points = tender.points - tender.returned_points
            if back < rest:
                # All points that went back are never worth more than all fen that did.
                in_all = tender.points * (tender.returned_fen + back) // tender.amount_fen
                points = in_all - tender.returned_points
            if points <= 0:
                continue
            parts.append(ReturnedPart(tender.number, back, points))
        elif back == rest:
            parts.append(ReturnedPart(tender.number, back))
        else:
            continue
        left -= back
    return parts
