from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from district.kernel.clock import SHANGHAI
from loyalty.arithmetic import expiry_of, points_for


@pytest.mark.parametrize(
    ("paid_fen", "points", "per_fen", "expected"),
    [
        (0, 1, 100, 0),
        (99, 1, 100, 0),
        (100, 1, 100, 1),
        (12_680, 1, 100, 126),
        (12_680, 3, 200, 190),
        (10**12, 10_000, 1, 10**16),
    ],
)
def test_parts_of_a_point_are_never_granted(paid_fen, points, per_fen, expected):
    assert points_for(paid_fen, earn_points=points, earn_per_fen=per_fen) == expected


@given(some.integers(0, 10**12), some.integers(0, 10_000), some.integers(1, 10**6))
def test_points_never_exceed_the_rate(paid_fen, points, per_fen):
    granted = points_for(paid_fen, earn_points=points, earn_per_fen=per_fen)

    assert granted * per_fen <= paid_fen * points < (granted + 1) * per_fen


@pytest.mark.parametrize(
    ("at", "months", "expected"),
    [
        # 23:30 in Shanghai on 31 January: the last day of February, from its first instant on.
        (datetime(2026, 1, 31, 15, 30, tzinfo=UTC), 1, datetime(2026, 2, 28, tzinfo=SHANGHAI)),
        # Half an hour later it is 1 February there, whatever London says.
        (datetime(2026, 1, 31, 16, 0, tzinfo=UTC), 1, datetime(2026, 3, 1, tzinfo=SHANGHAI)),
        (datetime(2024, 2, 29, 4, 0, tzinfo=UTC), 12, datetime(2025, 2, 28, tzinfo=SHANGHAI)),
        (datetime(2026, 11, 21, 4, 0, tzinfo=UTC), 24, datetime(2028, 11, 21, tzinfo=SHANGHAI)),
        (datetime(2026, 12, 31, 4, 0, tzinfo=UTC), 12, datetime(2027, 12, 31, tzinfo=SHANGHAI)),
    ],
)
def test_an_expiry_is_the_start_of_a_shanghai_day(at, months, expected):
    assert expiry_of(at, months=months) == expected
