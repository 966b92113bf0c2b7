"""What a gate is advised of a car, and why; knows no database."""

from enum import StrEnum


class Admission(StrEnum):
    RESERVED = "reserved"
    WALK_IN = "walk_in"
    FULL = "full"


class AdmissionReason(StrEnum):
    """Why; a car whose reservation has not begun is one without, until it has."""

    IN_TIME = "in_time"
    PLACES_FREE = "places_free"
    COUNT_UNKNOWN = "count_unknown"
    INSIDE_ALREADY = "inside_already"
    NO_PLACE = "no_place"
