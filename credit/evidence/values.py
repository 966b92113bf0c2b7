"""The words of evidence files."""

from enum import StrEnum


class FileKind(StrEnum):
    IMAGE = "image"
    PDF = "pdf"
    VIDEO = "video"


class Side(StrEnum):
    """For whom somebody hands a file in, or looks at it."""

    SHOPPER = "shopper"
    MERCHANT = "merchant"
    OFFICER = "officer"


class Visibility(StrEnum):
    """Who may look at a file that was checked."""

    OFFICERS = "officers"
    PARTIES = "parties"
    PUBLIC = "public"


class CheckState(StrEnum):
    """Where the content check stands: waiting for the question to WeChat, for its answer, for a person; decided."""

    WAITING = "waiting"
    ASKED = "asked"
    HELD = "held"
    PASSED = "passed"
    REFUSED = "refused"


class ErasureReason(StrEnum):
    WITHDRAWN = "withdrawn"
    UNUSED = "unused"
    RETENTION = "retention"
    REQUEST = "request"
