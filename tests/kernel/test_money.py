"""Fen on a screen."""

import pytest

from district.kernel.text.money import format_yuan


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "¥0.00"),
        (1, "¥0.01"),
        (-1, "-¥0.01"),
        (-100, "-¥1.00"),
        (123_456, "¥1,234.56"),
        (10**12, "¥10,000,000,000.00"),
    ],
)
def test_a_sum_reads_in_yuan(fen, text):
    assert format_yuan(fen) == text
