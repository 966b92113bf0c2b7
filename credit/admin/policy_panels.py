"""What a policy comes to: example merchants beside its form, and the matrix of its shadow run."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.models import PolicyShadowRun, SnapshotGrade
from credit.queries.policies import policy_on
from credit.queries.policy_shadow import PolicyTrial
from credit.score.policy import ScorePolicy
from credit.score.scoring import score_merchant
from credit.score.values import (
    CaseOutcome,
    CaseSeverity,
    CheckCount,
    ClosedCase,
    CreditScore,
    MerchantStanding,
    PenaltyLevel,
    PenaltyRecord,
    PurchaseCount,
    RatingCount,
    ScoreInputs,
    ScoreInputsInvalid,
)
from district.kernel import clock
from district.kernel.backoffice import Section

_ORDINARY = CaseSeverity.ORDINARY
_NO_FACTS: Final = ScoreInputs()
_GOOD: Final = ScoreInputs(
    ratings=(
        *(RatingCount(30, 5, 80), RatingCount(30, 4, 30)),
        *(RatingCount(120, 5, 60), RatingCount(120, 3, 10)),
    ),
    purchases=(PurchaseCount(30, 2_000), PurchaseCount(120, 1_500)),
    cases=(
        ClosedCase(40, _ORDINARY, CaseOutcome.SETTLED_DIRECT, is_on_time=True, stars=5),
        ClosedCase(100, _ORDINARY, CaseOutcome.NOT_UPHELD, is_on_time=True, stars=3),
    ),
    checks=(CheckCount(20, is_passed=True, number=6),),
)
_SMALL: Final = ScoreInputs(ratings=(RatingCount(5, 5, 30),), purchases=(PurchaseCount(5, 200),))
_COMPLAINED_OF: Final = ScoreInputs(
    ratings=(RatingCount(30, 4, 60),),
    purchases=(PurchaseCount(30, 200),),
    cases=(
        ClosedCase(10, _ORDINARY, CaseOutcome.UPHELD, is_on_time=True, stars=3),
        ClosedCase(30, _ORDINARY, CaseOutcome.UPHELD, is_on_time=False, stars=2),
        ClosedCase(60, _ORDINARY, CaseOutcome.PARTLY_UPHELD, is_on_time=True, stars=4),
    ),
    checks=(CheckCount(30, is_passed=True, number=2),),
)
_PENALISED: Final = ScoreInputs(
    ratings=_GOOD.ratings,
    purchases=_GOOD.purchases,
    cases=_GOOD.cases,
    checks=_GOOD.checks,
    standing=MerchantStanding(penalties=(PenaltyRecord(0, PenaltyLevel.SERIOUS),)),
)
EXAMPLES: Final = (
    (gettext_lazy("没有任何记录"), _NO_FACTS),
    (gettext_lazy("180 条评价、3,500 笔消费、2 件投诉、6 项检查合格"), _GOOD),
    (gettext_lazy("30 条五星、200 笔消费"), _SMALL),
    (gettext_lazy("60 条四星、200 笔消费、3 件成立的投诉"), _COMPLAINED_OF),
    (gettext_lazy("同第二行，另有一条今天的严重失信记录"), _PENALISED),
)


@dataclass(frozen=True)
class GradeMatrix:
    """A trial as a shadow run keeps it."""

    compared_with: str
    merchants: int
    changed: int
    changes: list[list[Any]]
    largest_rise: Fraction
    largest_fall: Fraction

    @classmethod
    def of(cls, trial: PolicyTrial) -> Self:
        found = trial.comparison
        rows = [[change.before, change.after, change.merchants] for change in found.changes]
        return cls(
            trial.compared_with,
            found.merchants,
            found.changed,
            rows,
            found.largest_rise,
            found.largest_fall,
        )


def example_merchants(policy: ScorePolicy) -> Section:
    """Merchants of the worked examples by the policy, next to the one in force."""
    current = policy_on(clock.business_day(clock.now()))
    rows = []
    for label, inputs in EXAMPLES:
        before, after = _scored(inputs, current), _scored(inputs, policy)
        rows.append([str(label), before, after])
    headers = [_("商户"), _("现行规则"), _("按此规则")]
    return Section(_("试算示例"), headers, rows, empty="")


def shadow_sections(found: GradeMatrix | PolicyShadowRun, note: str = "") -> Iterable[Section]:
    """How many merchants move from which grade to which; the largest moves of a raw score."""
    yield Section(
        _("等级变动"),
        [_("现等级"), _("新等级"), _("商户数")],
        [
            [grade_text(before), grade_text(after), merchants]
            for before, after, merchants in found.changes
        ],
        empty=_("还没有可试算的商户。"),
        note=note
        or _(
            "与 %(version)s 对照：%(merchants)d 家商户中 %(changed)d 家等级变动；"
            "原始分最多升 %(rise)s、降 %(fall)s。"
        )
        % {
            "version": found.compared_with,
            "merchants": found.merchants,
            "changed": found.changed,
            "rise": _points(found.largest_rise),
            "fall": _points(found.largest_fall),
        },
    )


def grade_text(grade: str | None) -> str:
    return _("暂无等级") if grade is None else str(SnapshotGrade(grade).label)


def _points(number: Any) -> str:
    return f"{Decimal(round(float(number) * 10)) / 10}"


def _scored(inputs: ScoreInputs, policy: ScorePolicy) -> str:
    try:
        score: CreditScore = score_merchant(inputs, policy)
    except ScoreInputsInvalid:
        return "—"
    return f"{score.score} · {grade_text(score.grade and score.grade.value)}"
