"""A second implementation, in floats and straight from the design, says the same of 2,000 random merchants."""

from random import Random

import pytest

from credit.score.policy_document import credit_v1
from credit.score.reader import read_merchants
from credit.score.score_document import score_document
from credit.score.scoring import score_merchant
from tests.credit.score.naive_score import naive_score
from tests.credit.score.random_merchants import random_merchant


def test_the_exact_score_is_the_naive_one():
    rng, policy = Random(14), credit_v1()
    documents = [random_merchant(rng, number) for number in range(2000)]

    grades = set()
    for document, merchant in zip(documents, read_merchants(documents, policy), strict=True):
        found = score_document(merchant.name, score_merchant(merchant.inputs, policy))
        expected = naive_score(document)
        grades.add(found["grade"])
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            if name in {"name", "confidence", "grade"}:
                assert found[name] == value, document
            else:
                assert found[name] == pytest.approx(value, abs=1e-9, rel=1e-12), document

    assert grades == {"A", "B", "C", "D", "E", None, "suspended"}
