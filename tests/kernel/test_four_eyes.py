"""Four eyes: whoever proposed something does not decide it, in every table of proposals."""

from typing import Any

import pytest
from django.apps import apps

from district.kernel import four_eyes
from district.kernel.errors import FourEyesNeeded
from district.members.models import User

PROPOSALS = [model for model in apps.get_models() if issubclass(model, four_eyes.Proposal)]


@pytest.mark.parametrize("model", PROPOSALS, ids=lambda model: model.__name__)
def test_every_table_of_proposals_has_both_constraints(model: Any) -> None:
    names = [constraint.name for constraint in model._meta.constraints]

    assert sum(name.endswith("_by_four_eyes") for name in names) == 1
    assert sum(name.endswith("_decided_once") for name in names) == 1


def test_there_are_proposals() -> None:
    assert {model.__name__ for model in PROPOSALS} >= {"Adjustment", "BudgetChange", "CreditNote"}


def test_nobody_who_had_a_hand_in_it_decides() -> None:
    four_eyes.require_other_person(User(pk=3), 1, None, 2)

    with pytest.raises(FourEyesNeeded):
        four_eyes.require_other_person(User(pk=3), 1, 3)
