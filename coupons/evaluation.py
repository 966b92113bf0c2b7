"""What coupons are worth on a bill at a counter: read once, evaluated by the pure rules."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from coupons.engine import evaluation as engine
from coupons.engine import wording
from coupons.engine.bill import Bill
from coupons.engine.coupon import CouponState, Evaluation
from coupons.engine.evaluation import BillEvaluation
from coupons.engine.reasons import Reason
from coupons.queries import version_terms
from coupons.queries.counter import CounterSnapshot, party_names
from coupons.queries.places import NearbyStore, nearby_stores
from coupons.texts import place_in_words
from district.calendar.workdays import is_workday


def evaluate_bill(
    *,
    store: int,
    reported_bill: Bill,
    found: CounterSnapshot,
    coupons: Sequence[CouponState],
    at: datetime,
) -> BillEvaluation:
    """Evaluate each coupon alone, and by what lies on the bill already, as they were found there."""
    bill_evaluation = engine.evaluate_bill(
        coupons,
        reported_bill=reported_bill,
        bill=found.bill,
        counter=found.counter,
        at=at,
        terms_of=version_terms,
        is_workday=is_workday,
    )
    return _with_other_stores(bill_evaluation, store, at)


def party_names_of(parties: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Public id and name of each party."""
    return party_names(sorted(set(parties)))


def reason_documents(reasons: Sequence[Reason], at: datetime) -> list[dict[str, Any]]:
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


def _with_other_stores(bill_evaluation: BillEvaluation, store: int, at: datetime) -> BillEvaluation:
    """Who is refused because of the place gets others named, which the pure rules cannot know."""
    scopes = {
        evaluation.terms.scope
        for evaluation in bill_evaluation.evaluations
        if any(reason.code == "not_at_this_store" for reason in evaluation.reasons)
    }
    if not scopes:
        return bill_evaluation
    near = nearby_stores(store, list(scopes), at)
    evaluations = tuple(
        _with_places(evaluation, near.get(evaluation.terms.scope, []))
        for evaluation in bill_evaluation.evaluations
    )
    return replace(bill_evaluation, evaluations=evaluations)


def _with_places(evaluation: Evaluation, places: list[NearbyStore]) -> Evaluation:
    # Two shops of a brand on one floor are named once.
    place_texts = list(dict.fromkeys(map(place_in_words, places)))
    facts = {"where": place_texts, "places": places}
    reasons = (
        Reason(reason.code, facts) if reason.code == "not_at_this_store" else reason
        for reason in evaluation.reasons
    )
    return replace(evaluation, reasons=tuple(reasons))


def _places(reason: Reason) -> list[dict[str, Any]]:
    return [place.facts() for place in reason.facts["places"]]
