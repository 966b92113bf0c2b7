"""Whole numbers: money in fen, prices in milli-fen, points; nothing here is ever a float."""

# Far below 2^63, so that sums over millions of rows still fit a bigint.
MAX_FEN = 10**12
MAX_POINTS = 10**12


def format_yuan(fen: int) -> str:
    """A sum for a Chinese screen: 123456 fen is ¥1,234.56."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02d}"
