"""The demo district on paper: pure, without a database, the same from the same numbers on every machine."""

from district.demo.plan.district import Plan, Size, draw_up

__all__ = ["Plan", "Size", "draw_up"]
