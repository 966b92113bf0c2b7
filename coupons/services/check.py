"""Check: what coupons are worth on this bill, who pays for them, and if not, why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from coupons import codes, judgement, showing
from coupons.judgement import Judged, Told
from coupons.queries.counter import at_counter, wallet
from coupons.rules.stacking import Step
from district.kernel import clock
from district.merchants.models import Store, Visit
from district.merchants.queries import require_live


@dataclass(frozen=True, slots=True)
class Checked:
    """Every coupon judged alone, a ticket to redeem it with, and the best combination line by line.

    `before_fen` is to be paid before these coupons; after each of the best ones its step's `left_fen`."""

    judged: tuple[Judged, ...]
    tickets: dict[str, str]
    best: tuple[Step, ...]
    before_fen: int
    at: datetime


def check_coupons(
    *, store: Store, told: Told, shown: Sequence[str], visit: Visit | None = None
) -> Checked:
    """Judge the coupons shown by code, and with a visit all of the member's; nothing is written but a
    wrong PIN.

    Raises CodeElsewhere, PinClosed, PinWrong, TokenExpired, TokenInvalid, TokenUsed, VisitOver.
    """
    at, now = clock.now(), clock.real_now()
    seen = showing.read_here(shown, store.pk)
    found = at_counter(store.pk, told.bill_no, told.fen, [one.coupon for one in seen])
    held = showing.require_as_shown(seen, found.cards)
    wished = {card.pk: one.pass_made_at for card, one in zip(held, seen, strict=True)}
    if visit is not None:
        require_live(visit)
        held += [card for card in wallet(visit.member_id) if card.pk not in wished]
    sight = judgement.see(store=store.pk, told=told, found=found, cards=held, at=at)
    usable = [one for one in sight.judged if one.verdict.usable]
    return Checked(
        judged=sight.judged,
        tickets={
            one.card.public_id: codes.ticket_of(
                replace(showing.shown_by(one.card), pass_made_at=wished.get(one.card.pk)),
                store.pk,
                now,
            )
            for one in usable
        },
        best=judgement.best_of(sight.bill, sight.before, usable, wished),
        before_fen=sight.before_fen,
        at=at,
    )
