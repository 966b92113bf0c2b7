"""Numbers of orders and refunds: ours, never used twice, and nobody can guess one."""

import secrets
from datetime import datetime

from district.kernel import clock

# Digits and capitals without those that people mix up.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_RANDOM_LETTERS = 16  # 80 bits


def new_number(prefix: str, at: datetime) -> str:
    """A number that names its Shanghai day, such as P20261121K7…, 25 letters and digits."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LETTERS))
    return f"{prefix}{clock.business_day(at):%Y%m%d}{letters}"
