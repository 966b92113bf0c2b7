"""What the nights of the demo made of its facts: grades with a history, and a policy that is announced with what it
would change. Played after the complaints, whose ends are facts as well."""

from datetime import timedelta
from typing import Any

from credit import services as credit
from credit.score.policy_document import credit_v1, policy_document
from district.kernel import clock
from district.kernel.idempotency import Key

_NIGHTS = 24
_NEXT_POLICY = {"version": "credit-v2", "half_life_days": 150, "best": 91}
_LATER_POLICY = {"version": "credit-v3", "half_life_days": 120, "best": 92}


def play_history(context: Any) -> None:
    """A snapshot each night; a policy announced by two people, the next one waiting for the second."""
    for days_ago in range(_NIGHTS, -1, -1):
        with context.travel_to(days_ago, 3):
            credit.take_snapshots()
            credit.take_statistics_of(as_of=clock.business_day(clock.now()) - timedelta(days=1))
    with context.travel_to(3, 10):
        proposal = _propose(context, _NEXT_POLICY, days=30)
    with context.travel_to(2, 10):
        credit.approve_score_policy(
            proposal=proposal, by=context.second_operator, note="已核对等级变动表"
        )
    with context.travel_to(1, 10):
        _propose(context, _LATER_POLICY, days=90)


def _propose(context: Any, changed: dict[str, Any], *, days: int) -> Any:
    first = policy_document(credit_v1())
    document = first | {
        "version": changed["version"],
        "decay": first["decay"] | {"half_life_days": changed["half_life_days"]},
        "grades": first["grades"] | {"A": changed["best"]},
    }
    version = changed["version"]
    shadow = credit.run_policy_shadow(
        document=document, by=context.operator, key=Key.of("demo:credit", f"shadow-{version}")
    )
    return credit.propose_score_policy(
        shadow=shadow,
        effective_on=clock.business_day(clock.now()) + timedelta(days=days),
        reason="近期表现应更快反映到等级中；A 级要求略有提高。",
        by=context.operator,
        key=Key.of("demo:credit", f"policy-{version}"),
    )
