"""Registration codes that are well formed and belong to nobody."""

_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MODULUS = 31


def social_credit_code(number: int) -> str:
    """A unified social credit code with a right check digit, of the region 000000 that does not exist."""
    body = f"91000000DM{number:07d}"
    weighted = sum(_DIGITS.index(sign) * 3**place for place, sign in enumerate(body))
    return body + _DIGITS[-weighted % _MODULUS]
