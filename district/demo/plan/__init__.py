"""The demo district on paper: pure, without a database, the same from the same numbers on every machine."""

from district.demo.plan.build import Plan, Size, build_plan

__all__ = ["Plan", "Size", "build_plan"]
