"""Conditions that several tables share."""

from django.db.models import Q

from district.kernel.text.money import MAX_FEN

# What every channel takes: WeChat Pay 6 to 32 characters, UnionPay 8 to 40 letters and digits.
NUMBER_PATTERN = r"^[0-9A-Z]{20,32}$"


def is_some_money(field: str) -> Q:
    """More than nothing, and a sum that all sums of it still fit."""
    return Q(**{f"{field}__gt": 0, f"{field}__lte": MAX_FEN})
