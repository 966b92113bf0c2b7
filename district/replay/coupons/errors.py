"""What can keep a replay of coupons from running to its end; the rest stands in `district.replay.errors`."""

from district.replay.errors import ReplayError


class UnexpectedAnswer(ReplayError):
    """The district answered what the contract does not know."""


class ConflictingTemplates(ReplayError):
    """The database holds templates of the same names that say something else."""
