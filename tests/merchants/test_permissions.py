import pytest

from district.kernel import plugin
from district.merchants.models import Clerk
from district.merchants.permissions import can
from tests.contributions import merged

MATRIX = merged("PERMISSIONS")


@pytest.mark.parametrize("act", sorted(MATRIX))
def test_each_role_may_do_what_the_matrix_says(act):
    allowed = [role for role in Clerk.Role.values if can(Clerk(role=role), act)]

    assert allowed == MATRIX[act].split()


def test_the_matrix_names_every_permission_of_the_apps():
    assert set(MATRIX) == set(plugin.permissions())


def test_an_ended_post_and_no_post_allow_nothing():
    ended = Clerk(role=Clerk.Role.OWNER, ended_at="2026-01-01")

    assert not any(can(ended, act) or can(None, act) for act in MATRIX)


def test_an_unknown_act_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="manage_money"):
        can(Clerk(role=Clerk.Role.OWNER), "manage_money")
