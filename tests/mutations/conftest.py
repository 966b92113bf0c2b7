def pytest_generate_tests(metafunc):
    """Each invariant of a module, and of each one its protections, one left at a time."""
    invariants = getattr(metafunc.module, "INVARIANTS", [])
    if "remaining" in metafunc.fixturenames:
        alone = [
            (invariant, protection)
            for invariant in invariants
            for protection in invariant.protections
        ]
        names = [f"{invariant.__name__}: {protection.name}" for invariant, protection in alone]
        metafunc.parametrize(("invariant", "remaining"), alone, ids=names)
    elif "invariant" in metafunc.fixturenames:
        metafunc.parametrize(
            "invariant", invariants, ids=lambda invariant_class: invariant_class.__name__
        )
