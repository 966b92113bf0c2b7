"""What coupons are worth on a bill at a counter: read once, judged by the pure rules."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from coupons.labels import place_in_words
from coupons.queries import Said, version_of
from coupons.queries.counter import AtCounter, Card, OnBill, party_names
from coupons.queries.places import usable_near
from coupons.rules import funding, stacking, wording
from coupons.rules.benefits import FreeParking
from coupons.rules.bill import Bill, Line
from coupons.rules.judging import Verdict, judge
from coupons.rules.reasons import Reason
from coupons.rules.stacking import Offer, Step
from district.kernel.workdays import is_workday

# Of what lies on a bill already nobody asks when it ends.
_ANY = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A bill as the till tells it, before any coupon: fen, and lines as (fen, product code)."""

    bill_no: str
    fen: int
    lines: tuple[tuple[int, str], ...] = ()

    @property
    def bill(self) -> Bill:
        return Bill(self.fen, tuple(Line(fen, product) for fen, product in self.lines))


@dataclass(frozen=True, slots=True)
class Judged:
    """A coupon on the bill: what it would take off beside those that lie there already, or why not."""

    card: Card
    said: Said
    bill: Bill
    verdict: Verdict

    @property
    def offer(self) -> Offer:
        return offer_of(
            self.said,
            self.bill,
            code=self.card.public_id,
            discount_fen=self.verdict.discount_fen,
            until=self.card.held.valid_until,
        )

    @property
    def cost_fen(self) -> int:
        """What its payers owe the merchant when nothing is cut: of a gift its value."""
        benefit = self.said.rules.benefit
        return self.verdict.discount_fen if benefit.on_a_bill else benefit.most()


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen at the counter: the coupons as judged, and the bill with what lies on it."""

    judged: tuple[Judged, ...]
    beside: OnBill
    bill: Bill

    @property
    def before_fen(self) -> int:
        """What is to pay before the coupons that were judged."""
        return self.beside.fen - self.beside.discount_fen

    @property
    def before(self) -> tuple[Offer, ...]:
        """What lies on the bill already, with what it took off."""
        return before(self.beside, self.bill)


def see(*, store: int, told: Told, found: AtCounter, cards: Sequence[Card], at: datetime) -> Sight:
    """Judge each coupon alone, and by what lies on the bill already, as they were found there."""
    # A number means one amount: of a bill that was told before it is the one of then.
    bill = Bill(found.bill.fen, told.bill.lines)
    lies = before(found.bill, bill)
    judged = []
    for card in cards:
        said = version_of(card.version)
        # Its benefit is a matter of stays, which a bill at a counter has none of.
        if isinstance(said.rules.benefit, FreeParking):
            verdict = Verdict(0, 0, (Reason("only_for_parking"),))
        else:
            verdict = judge(card.held, said.rules, told.bill, found.counter, at, is_workday)
        one = Judged(card, said, bill, verdict)
        judged.append(_beside(one, lies) if verdict.usable and lies else one)
    return Sight(_told_where(judged, store, at), found.bill, bill)


def _beside(one: Judged, lies: Sequence[Offer]) -> Judged:
    """The same by what lies on the bill: whether it may join, and what is left of its goods."""
    verdict = one.verdict
    if not all(stacking.go_together(one.offer, other) for other in lies):
        refused = Verdict(0, verdict.eligible_fen, (Reason("not_beside_another"),))
        return replace(one, verdict=refused)
    if not one.said.rules.benefit.on_a_bill:
        return one
    (step,) = stacking.combined(one.bill, [one.offer], lies)
    # Its goods are paid already; it would be used up for nothing.
    reasons = () if step.discount_fen else (Reason("no_eligible_items"),)
    return replace(one, verdict=replace(verdict, discount_fen=step.discount_fen, reasons=reasons))


def before(beside: OnBill, bill: Bill) -> tuple[Offer, ...]:
    """What lies on a bill already, as the stacking rules see it, by the lines told of it now."""
    return tuple(
        offer_of(version_of(version), bill, discount_fen=fen, until=_ANY)
        for version, fen in beside.uses
    )


def _told_where(judged: Sequence[Judged], store: int, at: datetime) -> tuple[Judged, ...]:
    """Who is refused because of the place hears of others, which the pure rules cannot know."""
    scopes = {
        one.said.rules.scope
        for one in judged
        if any(reason.code == "not_at_this_store" for reason in one.verdict.reasons)
    }
    if not scopes:
        return tuple(judged)
    near = usable_near(store, list(scopes), at)

    def told(reason: Reason, one: Judged) -> Reason:
        if reason.code != "not_at_this_store":
            return reason
        places = near[one.said.rules.scope]
        # Two shops of a brand on one floor are said once.
        said = list(dict.fromkeys(map(place_in_words, places)))
        return Reason(reason.code, {"where": said, "places": places})

    return tuple(
        replace(
            one,
            verdict=replace(
                one.verdict, reasons=tuple(told(reason, one) for reason in one.verdict.reasons)
            ),
        )
        for one in judged
    )


def best_of(
    bill: Bill, lies: Sequence[Offer], usable: Sequence[Judged], wished: Collection[int]
) -> tuple[Step, ...]:
    """The legal combination that takes off the most beside what lies on the bill, line by line; and of the
    coupons that are wished for what is exchanged (兑换), which takes nothing off, where it goes with all
    the others."""
    chosen = list(stacking.best(bill, [one.offer for one in usable], lies))
    for one in usable:
        exchanged = one.card.pk in wished and not one.said.rules.benefit.on_a_bill
        if exchanged and all(stacking.go_together(one.offer, other) for other in chosen):
            chosen.append(one.offer)
    return stacking.combined(bill, chosen, lies)


def offer_of(
    said: Said, bill: Bill, *, until: datetime, code: str = "", discount_fen: int = 0
) -> Offer:
    """A coupon on a bill as the stacking rules see it."""
    scope = said.rules.scope
    products = bill.eligible(scope.products, scope.but_no_products)
    return Offer(code, discount_fen, said.stacking, said.kind, said.level, until, products)


def split(said: Said, merchant: int, fen: int, turn: int) -> dict[int, int]:
    """Who bears how much of a cost at a merchant's counter, by party; `turn` is the redemption's."""
    shares = [
        funding.Share(merchant if share.party == funding.REDEEMER else share.party, share.bp)
        for share in said.shares
    ]
    return funding.split(fen, shares, said.rest_to, turn)


def parts_of(said: Said, merchant: int, fen: int, turn: int) -> list[list[int]]:
    """The same as the database reads it, parts of nothing left out."""
    return [
        [party, part] for party, part in sorted(split(said, merchant, fen, turn).items()) if part
    ]


def names_of(parties: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Public id and name of each party."""
    return party_names(sorted(set(parties)))


def worded(reasons: Sequence[Reason], at: datetime) -> list[dict[str, Any]]:
    """Reasons for people and machines: code, a sentence for shopper and clerk, and the facts."""
    return [
        {
            "code": reason.code,
            "shopper": wording.for_shopper(reason, at),
            "clerk": wording.for_clerk(reason, at),
            **({"short_fen": reason.facts["short_fen"]} if "short_fen" in reason.facts else {}),
            **({"where": _places(reason)} if reason.facts.get("places") else {}),
        }
        for reason in reasons
    ]


def _places(reason: Reason) -> list[dict[str, Any]]:
    return [place.facts() for place in reason.facts["places"]]
