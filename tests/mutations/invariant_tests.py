"""The three tests of every invariant; a module of this folder that imports them names its INVARIANTS.

An invariant is a class with `protections`, and `holds_under_attack`, which attacks it and says whether it held.
"""

import contextlib

from django.db import DatabaseError

from district.kernel.errors import DomainError

ROUNDS = 20
CALLERS = 8


def attempt(call):
    """Run one attack; refusals and broken constraints are what protections are for."""
    with contextlib.suppress(DomainError, DatabaseError):
        call()


def test_each_protection_holds_alone(real_db, invariant, remaining):
    for protection in invariant.protections:
        if protection is not remaining:
            protection.remove()

    assert all(invariant().holds_under_attack() for _ in range(3))


def test_without_any_protection_the_race_breaks_the_promise(real_db, invariant):
    for protection in invariant.protections:
        protection.remove()

    assert not all(invariant().holds_under_attack() for _ in range(ROUNDS))


def test_with_every_protection_the_promise_holds(real_db, invariant):
    assert all(invariant().holds_under_attack() for _ in range(3))
