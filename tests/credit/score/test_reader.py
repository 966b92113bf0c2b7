"""Documents of merchants: what is wrong is named with its path; what is right comes back as it was."""

import json
from random import Random

import pytest

from credit.score.policy_document import credit_v1
from credit.score.reader import inputs_document, read_inputs, read_merchants
from credit.score.values import Grade, ScoreInputsInvalid
from district.documents.json_text import parse_json
from district.documents.reader import ObjectReader
from tests.credit.score.random_merchants import random_merchant

RIGHT = {
    "name": "甲",
    "ratings": [[30, 5, 80]],
    "transactions": [[30, 2000]],
    "cases": [[40, "ordinary", "settled_direct", True, None]],
    "checks": [[20, True, 6]],
    "profile": 0.6,
    "penalties": [[90, "general", True]],
    "previous_grade": "B",
}


def problems_of(document):
    with pytest.raises(ScoreInputsInvalid) as refusal:
        read_merchants(document, credit_v1())
    return [(problem.path, problem.code) for problem in refusal.value.problems]


def test_a_right_document_is_read():
    (merchant,) = read_merchants([RIGHT], credit_v1())

    assert merchant.name == "甲"
    assert merchant.inputs.standing.previous_grade is Grade.B
    assert str(merchant.inputs.standing.profile) == "0.6"
    assert read_merchants([], credit_v1()) == ()


@pytest.mark.parametrize(
    ("member", "value", "path", "code"),
    [
        ("name", "", "[0].name", "not_a_text"),
        ("name", 5, "[0].name", "not_a_text"),
        ("name", "\ud800", "[0].name", "not_a_text"),
        ("name", None, "[0].name", "missing"),
        ("ratings", None, "[0].ratings", "missing"),
        ("ratings", {}, "[0].ratings", "not_a_list"),
        ("ratings", [[1, 5]], "[0].ratings[0]", "not_a_row"),
        ("ratings", [[1, 5, 1], 3], "[0].ratings[1]", "not_a_row"),
        ("ratings", [[-1, 5, 1]], "[0].ratings[0][0]", "not_in_range"),
        ("ratings", [[1.0, 5, 1]], "[0].ratings[0][0]", "not_in_range"),
        ("ratings", [[True, 5, 1]], "[0].ratings[0][0]", "not_in_range"),
        ("ratings", [[1, 6, 1]], "[0].ratings[0][1]", "not_in_range"),
        ("ratings", [[1, 0, 1]], "[0].ratings[0][1]", "not_in_range"),
        ("ratings", [[1, 5, -1]], "[0].ratings[0][2]", "not_in_range"),
        ("transactions", [[-1, 5]], "[0].transactions[0][0]", "not_in_range"),
        ("transactions", [[1, "5"]], "[0].transactions[0][1]", "not_in_range"),
        ("cases", [[1, "big", "upheld", True, 1]], "[0].cases[0][1]", "not_in_range"),
        ("cases", [[1, "minor", "closed", True, 1]], "[0].cases[0][2]", "not_in_range"),
        ("cases", [[1, "minor", "upheld", 1, 1]], "[0].cases[0][3]", "not_in_range"),
        ("cases", [[1, "minor", "upheld", True, 0]], "[0].cases[0][4]", "not_in_range"),
        ("cases", [[1, ["minor"], "upheld", True, 1]], "[0].cases[0][1]", "not_in_range"),
        ("checks", [[1, "yes", 1]], "[0].checks[0][1]", "not_in_range"),
        ("penalties", [[1, "ordinary", False]], "[0].penalties[0][1]", "not_in_range"),
        ("penalties", [[89, "general", True]], "[0].penalties[0]", "repaired_too_early"),
        ("penalties", [[364, "serious", True]], "[0].penalties[0]", "repaired_too_early"),
        ("profile", 1.01, "[0].profile", "not_in_range"),
        ("profile", -0.01, "[0].profile", "not_in_range"),
        ("profile", True, "[0].profile", "not_in_range"),
        ("profile", "1", "[0].profile", "not_in_range"),
        ("previous_grade", "AAA", "[0].previous_grade", "not_one_of"),
        ("previous_grade", 1, "[0].previous_grade", "not_one_of"),
        ("licence_expired", None, "[0].licence_expired", "not_a_boolean"),
        ("rating", [], "[0].rating", "unknown"),
        ("rating\n\ud800", 1, "[0].rating\ufffd\ufffd", "unknown"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(member, value, path, code):
    assert problems_of([RIGHT | {member: value}]) == [(path, code)]


def test_everything_that_is_wrong_is_named_at_once():
    wrong = RIGHT | {"profile": 2, "ratings": [[1, 9, 1], [1, 5, "1"]]}

    assert problems_of([RIGHT, wrong, []]) == [
        ("[1].ratings[0][1]", "not_in_range"),
        ("[1].ratings[1][2]", "not_in_range"),
        ("[1].profile", "not_in_range"),
        ("[2]", "not_an_object"),
    ]


@pytest.mark.parametrize("document", [RIGHT, "x", None, 5])
def test_a_document_is_a_list(document):
    assert problems_of(document) == [("", "not_a_list")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[NaN]",
        "[Infinity]",
        '[{"a": 1, "a": 2}]',
        "[1e999]",
        "[" * 100_000,
        "[1" + "0" * 5000 + "]",
    ],
)
def test_what_is_not_json_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


def test_what_stands_twice_is_named_on_one_line():
    with pytest.raises(ValueError, match=r"^member twice: a\ufffdb$"):
        parse_json('{"a\\nb": 1, "a\\nb": 2}')


def test_inputs_come_back_from_their_document():
    rng, policy = Random(5), credit_v1()
    documents = [random_merchant(rng) for _ in range(50)]

    for merchant in read_merchants(documents, policy):
        written = json.loads(json.dumps(inputs_document(merchant.inputs)))
        problems = []
        again = read_inputs(ObjectReader(written, "", problems))
        assert problems == []
        assert inputs_document(again) == written
