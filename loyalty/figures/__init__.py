"""The ledger's figures: of the whole district, or of one merchant, perhaps of some stores only."""

from loyalty.figures.breakage import Month, breakage
from loyalty.figures.days import Day, Ranked, by_day, live_points, ranking, today
from loyalty.figures.liability import Level, Liability, liability
from loyalty.figures.scope import Scope

__all__ = [
    "Day",
    "Level",
    "Liability",
    "Month",
    "Ranked",
    "Scope",
    "breakage",
    "by_day",
    "liability",
    "live_points",
    "ranking",
    "today",
]
