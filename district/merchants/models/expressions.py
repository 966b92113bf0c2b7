"""SQL expressions that constraints are made of, in Django's own words so that migrations hold them."""

from django.db.models import F, Field, Func, Value
from django.db.models.functions import Greatest, Least

_DAY = 24 * 60
_WEEK = 7 * _DAY


def id_range(field: str) -> Func:
    """A range that overlaps only another row's of the same id: equality for GiST without btree_gist.

    With the bounds: without `[]` the range is empty and excludes nothing.
    """
    return Func(F(field), F(field), Value("[]"), function="int8range", output_field=Field())


def minutes_of_the_week() -> Func:
    """The open minutes counted from Monday's midnight; what runs over Sunday's end is on Monday."""
    opens = F("weekday") * _DAY + F("opens_minute")
    closes = F("weekday") * _DAY + F("closes_minute")
    this_week = Func(opens, Least(closes, Value(_WEEK)), function="int4range", output_field=Field())
    over_the_end = Func(
        Value(0), Greatest(closes - _WEEK, Value(0)), function="int4range", output_field=Field()
    )
    return Func(this_week, over_the_end, function="int4multirange", output_field=Field())
