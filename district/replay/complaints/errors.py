"""What can keep a replay of complaints from running to its end; the rest stands in `district.replay.errors`."""

from district.replay.errors import ReplayError


class ActNotTaken(ReplayError):
    """An act of shopper, merchant or officer got an answer that the contract does not know."""


class OtherComplaints(ReplayError):
    """The database holds complaints of another data set."""


class ComplaintsLeftOpen(ReplayError):
    """The timers could not bring every complaint to its end."""
