"""Pure: a day's opening hours as people write them, `10:00-14:00、17:00-02:00`, and back."""

import re

DAY = 24 * 60
_STRETCH = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DASHES = str.maketrans({"：": ":", "–": "-", "—": "-", "－": "-", "~": "-", "～": "-", "至": "-"})


def parse_week(text: str) -> list[tuple[int, int]]:
    """Minutes of opening and closing; a closing at or before the opening is the next day's.

    Raises ValueError for what is not written like that.
    """
    compact = re.sub(r"\s", "", text.translate(_DASHES))
    if not compact:
        return []
    return [_parse_stretch(part) for part in re.split(r"[,，、;；]", compact) if part]


def format_week(stretches: list[tuple[int, int]]) -> str:
    return "、".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in stretches)


def _parse_stretch(part: str) -> tuple[int, int]:
    match = _STRETCH.fullmatch(part)
    if match is None:
        raise ValueError(part)
    hour, minute, until_hour, until_minute = map(int, match.groups())
    opens, closes = hour * 60 + minute, until_hour * 60 + until_minute
    if max(minute, until_minute) >= 60 or opens >= DAY or closes > DAY:  # noqa: PLR2004
        raise ValueError(part)
    return (opens, closes) if closes > opens else (opens, closes + DAY)


def _clock(minutes: int) -> str:
    if minutes == DAY:
        return "24:00"
    return f"{minutes % DAY // 60:02d}:{minutes % 60:02d}"
