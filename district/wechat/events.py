"""The events of WeChat's messages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PictureChecked:
    """WeChat has looked at a picture that `check_picture` named.

    `suggestion` is a Suggestion's value; where WeChat could not look it is `review`.
    """

    trace_id: str
    suggestion: str
    label: int
