"""What can keep a replay of occupancy from running to its end; the rest stands in `district.replay.errors`."""

from district.replay.errors import ReplayError


class ReportNotTaken(ReplayError):
    """The feed's endpoint answered what the contract does not know."""


class ReservationNotAnswered(ReplayError):
    """A wish for a place, or a plate, got an answer that the contract does not know."""


class OtherOccupancy(ReplayError):
    """The database holds car parks or readings of another data set."""
