"""The three tests of every invariant; a module of this folder that imports them names its INVARIANTS.

An invariant is a class with `walls`, and `attacked`, which attacks it and says whether it held.
"""

import contextlib

from django.db import DatabaseError

from district.kernel.errors import DomainError

ROUNDS = 20
CALLERS = 8


def attempt(call):
    """Run one attack; refusals and broken constraints are what walls are for."""
    with contextlib.suppress(DomainError, DatabaseError):
        call()


def test_each_wall_holds_alone(real_db, invariant, standing):
    for wall in invariant.walls:
        if wall is not standing:
            wall.take_down()

    assert all(invariant().attacked() for _ in range(3))


def test_without_any_wall_the_race_breaks_the_promise(real_db, invariant):
    for wall in invariant.walls:
        wall.take_down()

    assert not all(invariant().attacked() for _ in range(ROUNDS))


def test_with_every_wall_the_promise_holds(real_db, invariant):
    assert all(invariant().attacked() for _ in range(3))
