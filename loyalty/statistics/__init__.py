"""The ledger's figures: of the whole district, or of one merchant, perhaps of some stores only."""

from loyalty.statistics.breakage import MonthlyBreakage, breakage
from loyalty.statistics.days import DayStatistics, RankingEntry, by_day, live_points, ranking, today
from loyalty.statistics.liability import Liability, LiabilityLevel, liability
from loyalty.statistics.scope import StatisticsScope

__all__ = [
    "DayStatistics",
    "Liability",
    "LiabilityLevel",
    "MonthlyBreakage",
    "RankingEntry",
    "StatisticsScope",
    "breakage",
    "by_day",
    "liability",
    "live_points",
    "ranking",
    "today",
]
