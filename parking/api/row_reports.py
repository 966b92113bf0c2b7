"""What all reports of feeds have in common: a list whose rows are read, taken and answered each by itself."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from rest_framework import serializers

from parking.values import ReportedRow, RowResult

Report = TypeVar("Report")
Outcome = TypeVar("Outcome", bound=StrEnum)


class RowsField(serializers.Field[Any, Any, Any, Any]):
    """A list of whatever stands in its rows: each is read by itself. Subclasses say how many and of what."""

    most: ClassVar[int]

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list) or not 1 <= len(data) <= self.most:
            self.fail("rows", most=self.most)
        return data


def rows_schema(most: int, row: str) -> dict[str, Any]:
    """Of a `RowsField` in the contract; `row` describes one."""
    description = (
        f"{row} A row that is not like this is `invalid` and does not take the others along."
    )
    return {
        "type": "array",
        "minItems": 1,
        "maxItems": most,
        "items": {"description": description},
    }


class RowProblemOut(serializers.Serializer[Any]):
    """Why a row was not taken, in the words of RFC 9457."""

    code = serializers.ChoiceField(choices=())
    title = serializers.CharField()
    detail = serializers.CharField()


class RowResultOut(serializers.Serializer[Any]):
    """What became of a row; `repeated` was taken before."""

    place = serializers.IntegerField(help_text="of the row in the report, from 0")
    outcome = serializers.ChoiceField(choices=())
    problem = RowProblemOut(allow_null=True)


class RowReportOut(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    repeated = serializers.IntegerField()
    refused = serializers.IntegerField()


def read_row(data: Any, read: Callable[[dict[str, Any]], Report]) -> ReportedRow[Report]:
    """What `read` finds in a row, or what is wrong with it. Names it does not know are left aside."""
    content = json.dumps(data, ensure_ascii=True)
    try:
        if not isinstance(data, dict):
            raise ValueError(_("每一项须是对象。"))
        return ReportedRow(content, read(data))
    except ValueError as problem:
        return ReportedRow(content, detail=str(problem))


def report_document(
    results: Sequence[RowResult[Outcome]],
    *,
    taken: Set[Outcome],
    reasons: type[TextChoices],
    details: Mapping[Any, Any],
) -> dict[str, Any]:
    """The answer to a report; `reasons` names refusals, `details` words those whose content is right."""
    outcomes = Counter(result.outcome for result in results)

    def row(place: int, result: RowResult[Outcome]) -> dict[str, Any]:
        value, problem = result.outcome.value, None
        if result.outcome not in taken:
            detail = result.detail or str(details.get(value, "")) or _("内容有误。")
            problem = {"code": value, "title": str(reasons(value).label), "detail": detail}
        return {"place": place, "outcome": value, "problem": problem}

    return {
        **{outcome.value: outcomes[outcome] for outcome in taken},
        "refused": sum(count for outcome, count in outcomes.items() if outcome not in taken),
        "results": [row(place, result) for place, result in enumerate(results)],
    }
