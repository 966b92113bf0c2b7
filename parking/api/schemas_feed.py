"""What a feed reports and hears."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from parking.api.row_reports import (
    RowProblemOut,
    RowReportOut,
    RowResultOut,
    RowsField,
    rows_schema,
)
from parking.models import RefusedReading
from parking.values import ReadingOutcome

MOST_READINGS = 1_000
ROW = (
    "`{pool, occupied, measured_at, capacity?}`: a pool's public id; how many cars stand in it; "
    "when they were counted (RFC 3339 with an offset); how many bays it had then, where the system knows it."
)


@extend_schema_field(rows_schema(MOST_READINGS, ROW))
class ReadingRowsField(RowsField):
    most = MOST_READINGS
    default_error_messages = {"rows": "请填写 1 至 {most} 条读数的列表。"}


class ReportIn(serializers.Serializer[Any]):
    """Readings of the pools of a feed, in any order."""

    readings = ReadingRowsField()


class ReadingProblemOut(RowProblemOut):
    """Why a row was not taken, in the words of RFC 9457."""

    code = serializers.ChoiceField(choices=RefusedReading.Reason.choices)


class ReadingResultOut(RowResultOut):
    """What became of a row; `repeated` was taken before."""

    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in ReadingOutcome])
    problem = ReadingProblemOut(allow_null=True)


class ReportOut(RowReportOut):
    results = ReadingResultOut(many=True)
