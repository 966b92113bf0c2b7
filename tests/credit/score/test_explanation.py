"""How a score is computed, line by line, and what would change it."""

from decimal import Decimal
from fractions import Fraction

import pytest

from credit.score.changes import aged, possible_changes
from credit.score.explanation import explain, explain_grade
from credit.score.policy_document import credit_v1
from credit.score.reader import read_merchants
from credit.score.scoring import score_merchant
from credit.score.texts import SENTENCES, one_decimal, signed_points
from credit.score.values import (
    GradeLimit,
    MerchantStanding,
    PenaltyLevel,
    PenaltyRecord,
    ScoreInputs,
)
from tests.credit.score.test_worked_examples import base_set, merchant

POLICY = credit_v1()


def inputs_of(document):
    return read_merchants([document], POLICY)[0].inputs


def lines_of(document):
    inputs = inputs_of(document)
    return explain(inputs, score_merchant(inputs, POLICY), POLICY)


def test_every_part_has_its_line_with_its_facts():
    document = base_set([1, "serious", "not_upheld", False, 1], penalties=[[90, "general", False]])

    assert [line.text for line in lines_of(document)] == [
        "没有任何记录的商户从 83.8 分开始",
        "真实消费评价 180 条，平均 4.7 星：+4.8 分",
        "成立或经调解的投诉 0 件，消费 3500 笔：+2.6 分",
        "已办结投诉 3 件，按时答复 2 件：-1.8 分",
        "消费者评价投诉处理 1 次，平均 5.0 星：0.0 分",
        "承诺检查 6 项，通过 6 项：+2.2 分",
        "公示资料完整度 100.0%：0.0 分",
        "一般失信记录，还有 275 天：-6.0 分",
    ]


def test_the_points_of_all_lines_sum_to_the_raw_score():
    document = base_set(
        penalties=[[0, "serious", False], [1, "serious", False], [5, "minor", False]]
    )
    inputs = inputs_of(document)
    score = score_merchant(inputs, POLICY)
    lines = explain(inputs, score, POLICY)

    assert [line.key for line in lines][-4:] == [
        "penalty_serious",
        "penalty_serious",
        "penalty_minor",
        "penalty_cap",
    ]
    assert lines[-1].points > 0
    assert lines[-1].text == "失信记录合计最多扣 40 分：+2.8 分"
    assert sum(line.points for line in lines) == score.raw


def test_a_score_that_would_be_below_zero_says_what_was_cut_off():
    document = merchant(
        ratings=[[0, 1, 1000]],
        cases=[[0, "serious", "upheld", False, 1]] * 100,
        checks=[[0, False, 1000]],
        profile=0,
        penalties=[[0, "serious", False]] * 2,
    )
    lines = lines_of(document)

    assert lines[-1].key == "clamping"
    assert sum(line.points for line in lines) == 0


@pytest.mark.parametrize("limit", GradeLimit)
def test_every_limit_of_a_grade_has_a_sentence(limit):
    assert f"limit_{limit.value}" in SENTENCES


def test_limits_of_a_grade_are_named():
    document = base_set() | {"missed_remedy": True}
    score = score_merchant(inputs_of(document), POLICY)

    assert [line.text for line in explain_grade(score, POLICY)] == [
        "有处理方案逾期未履行，等级不高于 D"
    ]
    near = merchant(
        ratings=[[0, 5, 300]], transactions=[[0, 10**6]], profile=0.36, previous_grade="A"
    )
    kept = score_merchant(inputs_of(near), POLICY)
    assert [line.text for line in explain_grade(kept, POLICY)] == [
        "得分越过等级界限不足 1 分，暂不按该界限变动"
    ]
    few = score_merchant(ScoreInputs(), POLICY)
    assert [line.text for line in explain_grade(few, POLICY)] == ["记录不足，暂不评级"]


def test_what_would_change_the_score_most_comes_first():
    document = base_set(penalties=[[90, "general", False]]) | {"profile": 0.4}
    changes = possible_changes(inputs_of(document), POLICY)

    assert [change.key for change in changes] == [
        "repair_records",
        "complete_profile",
        "quiet_days",
        "pass_checks",
        "good_ratings",
    ]
    assert changes[0].text == "修复 1 条失信记录：+6.0 分"
    assert changes[0].grade == "B"
    assert changes[1].text == "补全公示资料：+6.0 分"
    assert changes[1].points == 6


def test_a_record_whose_minimum_term_runs_cannot_be_repaired_yet():
    record = PenaltyRecord(89, PenaltyLevel.GENERAL)
    inputs = ScoreInputs(standing=MerchantStanding(penalties=(record,)))

    assert "repair_records" not in {change.key for change in possible_changes(inputs, POLICY)}
    later = {change.key: change.points for change in possible_changes(aged(inputs, 1), POLICY)}
    assert later["repair_records"] == Fraction(8 * 275, 365)


def test_a_merchant_who_answered_late_can_win_it_back():
    document = base_set(*[[10, "ordinary", "settled_direct", False, 2]] * 10)

    assert possible_changes(inputs_of(document), POLICY)[0].key == "answer_cases"


def test_points_are_shown_with_their_sign():
    assert [signed_points(Fraction(text)) for text in ("4.75", "-1.796", "0", "-0.04")] == [
        "+4.8",
        "-1.8",
        "0.0",
        "0.0",
    ]
    assert one_decimal(Fraction(1, 3)) == Decimal("0.3")
