def pytest_generate_tests(metafunc):
    """Each invariant of a module, and for a wall that stands alone each of its walls."""
    invariants = getattr(metafunc.module, "INVARIANTS", [])
    if "standing" in metafunc.fixturenames:
        alone = [(invariant, wall) for invariant in invariants for wall in invariant.walls]
        names = [f"{invariant.__name__}: {wall.name}" for invariant, wall in alone]
        metafunc.parametrize(("invariant", "standing"), alone, ids=names)
    elif "invariant" in metafunc.fixturenames:
        metafunc.parametrize("invariant", invariants, ids=lambda it: it.__name__)
