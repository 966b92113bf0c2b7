"""Amounts as a shopper reads them, and the one import besides the standard library and the check of
signatures: the marks of texts that may be translated. A till without it puts the texts in as they are."""

from django.utils.translation import gettext, gettext_lazy

__all__ = ["gettext", "gettext_lazy", "plain_yuan", "yuan"]

_FEN = 100


def yuan(fen: int) -> str:
    """320 fen are ¥3.20."""
    return f"¥{fen // _FEN:,}.{fen % _FEN:02d}"


def plain_yuan(fen: int) -> str:
    """500 is 5, 550 is 5.50."""
    whole, rest = divmod(fen, _FEN)
    return f"{whole}.{rest:02d}" if rest else str(whole)
