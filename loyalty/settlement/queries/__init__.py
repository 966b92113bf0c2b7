"""What can be asked of the settlement; nothing here writes or locks."""

from loyalty.settlement.queries.cycles import Window, horizon_now, last_cycle, window_of
from loyalty.settlement.queries.movements import Movement, movements_of_line

__all__ = [
    "Movement",
    "Window",
    "horizon_now",
    "last_cycle",
    "movements_of_line",
    "window_of",
]
