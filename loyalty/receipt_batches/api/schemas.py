"""What goes in and comes out of the endpoints for batches."""

from typing import Any

from rest_framework import serializers

from district.kernel.http.fields import InstantField, StrictInteger, TextField
from loyalty.models import EarningReview
from loyalty.receipt_batches.batch_limits import MOST_BYTES
from loyalty.receipt_batches.models import Batch, RowResult


class BatchIn(serializers.Serializer):
    """A new upload."""

    format = serializers.ChoiceField(Batch.Format.choices)
    name = TextField(
        max_length=100, required=False, default="", help_text="for people, such as the file's name"
    )


class ContentQuery(serializers.Serializer):
    """Where a piece of content begins."""

    offset = serializers.IntegerField(
        min_value=0, max_value=MOST_BYTES, help_text="`received_bytes` as it was told last"
    )


class SubmitIn(serializers.Serializer):
    """The upload is complete."""

    bytes = StrictInteger(min_value=1, max_value=MOST_BYTES, help_text="how long the whole file is")


class BatchOut(serializers.Serializer):
    """An upload and how far it is; `posted`, `parked`, `repeated` and `refused` add up to `answered`."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    format = serializers.ChoiceField(Batch.Format.choices)
    state = serializers.ChoiceField(Batch.State.choices)
    received_bytes = serializers.IntegerField(help_text="go on from here")
    rows = serializers.IntegerField(
        help_text="received so far; blank lines and the header are none"
    )
    answered = serializers.IntegerField()
    posted = serializers.IntegerField()
    parked = serializers.IntegerField(help_text="refunds that wait for their receipt")
    repeated = serializers.IntegerField(help_text="told before, word for word; nothing was changed")
    refused = serializers.IntegerField()
    points = serializers.IntegerField(help_text="granted by this batch")
    created_at = InstantField()
    submitted_at = InstantField(allow_null=True)
    finished_at = InstantField(source="ended_at", allow_null=True)


class BatchPage(serializers.Serializer):
    results = BatchOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")


class ResultQuery(serializers.Serializer):
    """Which answers; with their paging."""

    state = serializers.ChoiceField(RowResult.State.choices, required=False)
    cursor = serializers.CharField(required=False)
    limit = serializers.CharField(required=False)


class AnswerOut(serializers.Serializer):
    """What came of one row. `line` counts all lines of the file from 1, header and blank ones too."""

    line = serializers.IntegerField()
    kind = serializers.ChoiceField(RowResult.Kind.choices, help_text="empty when unreadable")
    state = serializers.ChoiceField(RowResult.State.choices)
    number = serializers.CharField(help_text="the receipt's or refund's number, if readable")
    points = serializers.IntegerField(help_text="granted by a receipt, taken back by a refund")
    transfer = serializers.CharField(allow_null=True, help_text="what a receipt earned")
    review = serializers.ChoiceField(
        EarningReview.State.choices,
        allow_null=True,
        help_text="of a receipt above a ceiling: its points wait for a person, or what one decided",
    )
    refund = serializers.CharField(allow_null=True, help_text="of a refund, posted or parked")
    problem = serializers.JSONField(
        allow_null=True, help_text="of a refused row: what the single endpoint would have answered"
    )


class AnswerPage(serializers.Serializer):
    results = AnswerOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")


def result_of(answer: RowResult) -> dict[str, Any]:
    """An AnswerOut: written by hand, for there may be a million."""
    transfer = answer.receipt.transfer if answer.receipt else None
    review = getattr(answer.receipt, "review", None)
    refund = answer.refund or answer.parked
    return {
        "line": answer.line,
        "kind": answer.kind,
        "state": answer.state,
        "number": answer.number,
        "points": answer.points,
        "transfer": transfer.public_id if transfer else None,
        "review": review.state if review else None,
        "refund": refund.public_id if refund else None,
        "problem": answer.problem,
    }
