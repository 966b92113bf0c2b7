"""The inputs of the score, derived from the facts as they were known at the end of a day."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import starmap
from typing import Any

from credit.models import CaseOutcomeVersion, RecordVersion
from credit.queries.case_outcomes import counted_cases
from credit.queries.policies import policy_on
from credit.queries.profiles import (
    known_inspections,
    known_licences,
    licence_facts,
    profile_entries,
)
from credit.queries.ratings import HORIZON_DAYS, rating_rows, shopper_ratings
from credit.queries.records import known_records
from credit.queries.remedy_debts import remedy_debts
from credit.score.policy import ScorePolicy, profile_share
from credit.score.rating_cap import cap_ratings
from credit.score.values import (
    CaseOutcome,
    CaseSeverity,
    CheckCount,
    ClosedCase,
    Grade,
    MerchantStanding,
    PenaltyLevel,
    PenaltyRecord,
    ProfileItem,
    PurchaseCount,
    ScoreInputs,
)
from credit.statistics import PERIOD_DAYS, CaseFact, CaseStatistics, case_statistics
from credit.values import LicenceStatus
from district.kernel import clock
from loyalty import queries as loyalty


@dataclass(frozen=True, slots=True)
class DerivedInputs:
    """Inputs of one merchant; how many ratings are left out of them as flagged; what is published of complaints."""

    inputs: ScoreInputs
    flagged_ratings: int
    statistics: CaseStatistics


def end_of_day(as_of: date) -> datetime:
    """The last instant that belongs to a day: what was recorded by then was known."""
    return clock.start_of_day(as_of + timedelta(days=1)) - timedelta(microseconds=1)


def derive_inputs(
    merchants: Collection[int],
    as_of: date,
    *,
    corrected_at: datetime | None = None,
    previous_grades: dict[int, Grade | None],
) -> Iterator[tuple[int, DerivedInputs]]:
    """Of each merchant, in as many queries as of one. Corrections upheld by `corrected_at` count, else by the day's end.

    One after the other: so many small things in memory at once would cost more than all the rest.
    """
    at = end_of_day(as_of)
    corrected_at = corrected_at or at
    policy = policy_on(as_of)
    since = as_of - timedelta(days=HORIZON_DAYS - 1)
    ratings = rating_rows(merchants, as_of=as_of, at=at, corrected_at=corrected_at)
    purchases = loyalty.purchases_by_age(merchants, since, as_of)
    cases = _cases(merchants, at, corrected_at)
    checks = _checks(merchants, as_of, at, corrected_at)
    debts = remedy_debts(merchants, at)
    standings = _standings(merchants, as_of, at, corrected_at, policy)
    for merchant in merchants:
        capped = cap_ratings(shopper_ratings(ratings.get(merchant), as_of))
        own_cases = cases.get(merchant, [])
        days = tuple(starmap(PurchaseCount, json.loads(purchases.get(merchant, "[]"))))
        inputs = ScoreInputs(
            ratings=capped.ratings,
            purchases=days,
            cases=tuple(_closed_case(case, as_of) for case in own_cases),
            checks=tuple(checks.get(merchant, ())),
            standing=MerchantStanding(
                **standings[merchant],
                previous_grade=previous_grades.get(merchant),
                has_missed_remedy=any(
                    case.remedy_missed and case.case not in debts.settled_cases
                    for case in own_cases
                ),
                has_unpaid_decision=merchant in debts.owing_merchants,
            ),
        )
        statistics = case_statistics(
            (case_fact(case, as_of) for case in own_cases),
            sum(day.number for day in days if day.age_days < PERIOD_DAYS),
        )
        yield merchant, DerivedInputs(inputs, capped.flagged, statistics)


def case_fact(row: CaseOutcomeVersion, as_of: date) -> CaseFact:
    """A case as the statistics of a day count it."""
    # The table holds these where a case counts.
    assert row.final_on is not None
    assert row.outcome is not None
    return CaseFact(
        age_days=(as_of - row.final_on).days,
        category=row.category,
        outcome=CaseOutcome(row.outcome),
        is_on_time=bool(row.is_on_time),
        first_answer_minutes=row.first_answer_minutes,
        stars=row.stars,
        is_deemed=bool(row.is_deemed),
        is_repeat=bool(row.is_repeat),
    )


def _cases(
    merchants: Collection[int], at: datetime, corrected_at: datetime
) -> dict[int, list[CaseOutcomeVersion]]:
    found: dict[int, list[CaseOutcomeVersion]] = defaultdict(list)
    rows = counted_cases(at, corrected_at).filter(merchant__in=merchants)
    for row in rows.order_by("final_on", "case"):
        found[row.merchant_id].append(row)
    return found


def _closed_case(row: CaseOutcomeVersion, as_of: date) -> ClosedCase:
    assert row.final_on is not None
    assert row.severity is not None
    assert row.outcome is not None
    return ClosedCase(
        age_days=(as_of - row.final_on).days,
        severity=CaseSeverity(row.severity),
        outcome=CaseOutcome(row.outcome),
        is_on_time=bool(row.is_on_time),
        stars=row.stars,
    )


def _checks(
    merchants: Collection[int], as_of: date, at: datetime, corrected_at: datetime
) -> dict[int, list[CheckCount]]:
    found: dict[int, list[CheckCount]] = defaultdict(list)
    rows = known_inspections(merchants, at, corrected_at).order_by("inspected_on", "pk")
    columns = ("merchant", "inspected_on", "passed", "failed")
    for merchant, inspected_on, passed, failed in rows.values_list(*columns):
        age = (as_of - inspected_on).days
        found[merchant] += [
            CheckCount(age, is_passed, number)
            for is_passed, number in ((True, passed), (False, failed))
            if number
        ]
    return found


def _standings(
    merchants: Collection[int],
    as_of: date,
    at: datetime,
    corrected_at: datetime,
    policy: ScorePolicy,
) -> dict[int, dict[str, Any]]:
    items, expired = _items_and_expired(merchants, as_of, at)
    penalties: dict[int, list[PenaltyRecord]] = defaultdict(list)
    for version in known_records(merchants, at, corrected_at):
        if version.state != RecordVersion.State.WITHDRAWN:
            penalties[version.record.merchant_id].append(
                PenaltyRecord(
                    age_days=(as_of - version.determined_on).days,
                    level=PenaltyLevel(version.level),
                    is_repaired=version.state == RecordVersion.State.REPAIRED,
                )
            )
    return {
        merchant: {
            "profile": profile_share(items[merchant], policy),
            "penalties": tuple(penalties[merchant]),
            "is_licence_expired": merchant in expired,
        }
        for merchant in merchants
    }


def profile_items(merchants: Collection[int], as_of: date) -> dict[int, set[ProfileItem]]:
    """By merchant, what of its profile was there at the end of a day."""
    return _items_and_expired(merchants, as_of, end_of_day(as_of))[0]


def _items_and_expired(
    merchants: Collection[int], as_of: date, at: datetime
) -> tuple[dict[int, set[ProfileItem]], set[int]]:
    """What of each profile is there, and whose licence has run out."""
    items: dict[int, set[ProfileItem]] = defaultdict(set)
    for entry in profile_entries(merchants, at):
        if entry.content:
            items[entry.merchant_id].add(ProfileItem(entry.item))
    expired = set()
    for licence in known_licences(merchants, at):
        status = licence_facts(licence, as_of).status
        if status is LicenceStatus.VALID:
            items[licence.merchant_id].add(ProfileItem.LICENCE)
        elif status is LicenceStatus.EXPIRED:
            expired.add(licence.merchant_id)
    return items, expired
