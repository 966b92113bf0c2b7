"""What a shopper says of complaints and tip-offs, and hears."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from credit.complaints.models import CaseFile
from credit.complaints.queries.evidence import TEXT_KIND, EvidenceItem
from credit.complaints.texts import (
    CASE_ACTIONS,
    CASE_ACTORS,
    CASE_CATEGORIES,
    CASE_CLOCKS,
    CASE_OUTCOMES,
    CASE_STATES,
    CASE_WISHES,
    FILING_CATEGORIES,
)
from credit.evidence.api.schemas import CONTENT
from credit.evidence.texts import FILE_KINDS
from district.kernel.http.fields import (
    FenField,
    IdField,
    InstantField,
    NumberField,
    StrictInteger,
    TextField,
)

EVIDENCE_KINDS = [(TEXT_KIND, _("文字")), *FILE_KINDS]
LONGEST_STATEMENT = 2_000
MOST_EVIDENCE = 9
MOST_FILES = 15


class EvidenceField(serializers.ListField):
    """Pieces of evidence in words."""

    def __init__(self, **options: Any) -> None:
        defaults: dict[str, Any] = {"max_length": MOST_EVIDENCE}
        if not options.get("required"):
            defaults |= {"required": False, "default": list}
        super().__init__(child=TextField(max_length=500), **(defaults | options))


class EvidenceFilesField(serializers.ListField):
    """Files that were uploaded to `/api/v1/me/evidence`."""

    def __init__(self, **options: Any) -> None:
        defaults: dict[str, Any] = {"required": False, "default": list, "max_length": MOST_FILES}
        help_text = "Ids of files that the sender uploaded and no case has yet."
        super().__init__(child=IdField("evf"), **({"help_text": help_text} | defaults | options))


class CaseFilingIn(serializers.Serializer[Any]):
    store = IdField("str", required=False, help_text="The shop that it is about.")
    code = TextField(
        required=False,
        max_length=300,
        help_text="Instead of the shop: what its credit code holds, a link `…/m/crc_…?v=…&s=…` or a scene `m=…`.",
    )
    category = serializers.ChoiceField(choices=FILING_CATEGORIES)
    description = TextField(max_length=LONGEST_STATEMENT, help_text="What happened, and when.")
    evidence = EvidenceField(help_text="Descriptions of what proves it.")
    files = EvidenceFilesField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("store" in attrs) is ("code" in attrs):
            wording = [_("请填写门店或诚信码其中一项。")]
            raise serializers.ValidationError({"store": wording, "code": wording})
        return attrs


class ComplaintIn(CaseFilingIn):
    """Without `receipt_no` a complaint is unverified: it is handled, and counts nothing for the shop's grade."""

    wish = serializers.ChoiceField(choices=CASE_WISHES)
    amount_fen = FenField(required=False, default=0, help_text="How much money it is about.")
    receipt_no = NumberField(
        required=False, default="", help_text="Of a purchase that earned the shopper points."
    )
    anonymity = serializers.ChoiceField(
        required=False,
        default=CaseFile.Anonymity.NAMED,
        choices=CaseFile.Anonymity.choices,
        help_text="What the shop sees: 0 the nickname, 1 a masked one, 2 nothing of the person.",
    )


class TextIn(serializers.Serializer[Any]):
    text = TextField(max_length=LONGEST_STATEMENT)


class OptionalTextIn(serializers.Serializer[Any]):
    text = TextField(required=False, default="", max_length=LONGEST_STATEMENT)


class SupplyIn(serializers.Serializer[Any]):
    """An answer to the officer's question, or the evidence that was asked for."""

    text = TextField(required=False, default="", max_length=LONGEST_STATEMENT)
    receipt_no = NumberField(required=False, default="")
    evidence = EvidenceField()
    files = EvidenceFilesField()


class RemedyIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=CASE_WISHES)
    amount_fen = FenField(required=False, default=0, help_text="For refunds, and for nothing else.")
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    text = TextField(required=False, default="", max_length=LONGEST_STATEMENT)


class ReopenIn(serializers.Serializer[Any]):
    text = TextField(max_length=LONGEST_STATEMENT, help_text="What is new.")
    evidence = EvidenceField()
    files = EvidenceFilesField()


class AppealIn(serializers.Serializer[Any]):
    text = TextField(max_length=LONGEST_STATEMENT, help_text="Why another person should look.")
    evidence = EvidenceField()
    files = EvidenceFilesField()


class TransferIn(serializers.Serializer[Any]):
    authority = TextField(max_length=100, help_text="Such as `12315`.")
    reference = TextField(max_length=100, help_text="The number the case has there.")


class EvaluationIn(serializers.Serializer[Any]):
    speed = StrictInteger(min_value=1, max_value=5)
    fairness = StrictInteger(min_value=1, max_value=5)
    result = StrictInteger(min_value=1, max_value=5)
    resolved = serializers.ChoiceField(choices=["yes", "partly", "no"])
    text = TextField(required=False, default="", max_length=LONGEST_STATEMENT)


class ChoiceOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class ComplaintChoicesOut(serializers.Serializer[Any]):
    """What a form offers, in the shopper's words."""

    categories = ChoiceOut(many=True)
    wishes = ChoiceOut(many=True)


class CaseOut(serializers.Serializer[Any]):
    """A complaint or a tip-off in a list. `next_due_at` is the end of the first clock that runs, exclusive."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField(help_text="What people say on the phone.")
    kind = serializers.ChoiceField(choices=CaseFile.Kind.choices)
    store = serializers.CharField(source="store.public_id")
    store_name = serializers.CharField(source="store.name")
    category = serializers.ChoiceField(choices=CASE_CATEGORIES)
    wish = serializers.CharField(allow_blank=True)
    amount_fen = serializers.IntegerField()
    is_verified = serializers.SerializerMethodField()
    anonymity = serializers.ChoiceField(choices=CaseFile.Anonymity.choices)
    state = serializers.ChoiceField(choices=CASE_STATES)
    state_name = serializers.CharField(source="get_state_display")
    outcome = serializers.ChoiceField(choices=CASE_OUTCOMES, allow_blank=True)
    refunded_fen = serializers.IntegerField()
    filed_at = InstantField()
    accepted_at = InstantField(allow_null=True)
    closed_at = InstantField(allow_null=True)
    next_due_at = InstantField(allow_null=True)
    merged_into_state = serializers.CharField(
        source="merged_into.state", allow_null=True, default=None
    )

    def get_is_verified(self, case: CaseFile) -> bool:
        return case.receipt_id is not None


class CasePage(serializers.Serializer[Any]):
    results = CaseOut(many=True)
    next = serializers.CharField(allow_null=True)


class CaseStepOut(serializers.Serializer[Any]):
    """What happened, and what was written with it."""

    seq = serializers.IntegerField()
    at = InstantField()
    actor = serializers.ChoiceField(choices=CASE_ACTORS)
    action = serializers.ChoiceField(choices=CASE_ACTIONS)
    text = serializers.CharField(help_text="In words.")
    to_state = serializers.ChoiceField(choices=CASE_STATES)
    reason = serializers.CharField(allow_blank=True, source="reason_code")
    note = serializers.CharField(allow_blank=True, help_text="Empty where it was erased.")


class CaseClockOut(serializers.Serializer[Any]):
    """A clock that runs or waits. Who does not act before `due_at` is late."""

    name = serializers.ChoiceField(choices=CASE_CLOCKS)
    text = serializers.CharField(source="get_name_display")
    party = serializers.CharField(allow_blank=True, help_text="Empty where either side may act.")
    due_at = InstantField()
    is_paused = serializers.SerializerMethodField()
    is_provisional = serializers.BooleanField(
        help_text="It ends in a year whose holidays nobody has published."
    )

    def get_is_paused(self, clock: Any) -> bool:
        return clock.paused_at is not None


class CaseRemedyOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=CASE_WISHES)
    amount_fen = serializers.IntegerField()
    due_on = serializers.DateField(allow_null=True)


class CaseProposalOut(serializers.Serializer[Any]):
    side = serializers.CharField()
    remedy = CaseRemedyOut()


class MasterStepOut(serializers.Serializer[Any]):
    """What happened to the case that this one was merged into; nothing of what was written there."""

    at = InstantField()
    actor = serializers.ChoiceField(choices=CASE_ACTORS)
    action = serializers.ChoiceField(choices=CASE_ACTIONS)
    text = serializers.CharField()
    to_state = serializers.ChoiceField(choices=CASE_STATES)


class MasterOut(serializers.Serializer[Any]):
    """The case that this one was merged into, as far as its shopper may follow it."""

    state = serializers.ChoiceField(choices=CASE_STATES)
    state_name = serializers.CharField()
    next_due_at = InstantField(allow_null=True)
    closed_at = InstantField(allow_null=True)
    steps = MasterStepOut(many=True)


class CasePieceOut(serializers.Serializer[Any]):
    """A piece of evidence. A file that is not checked yet or not open to the reader has no `link`; what was erased has
    neither link nor text. `link` is good for ten minutes and for the reader alone."""

    id = serializers.CharField()
    given_by = serializers.ChoiceField(choices=CASE_ACTORS)
    at = InstantField()
    kind = serializers.ChoiceField(choices=EVIDENCE_KINDS)
    media_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the original, as the history seals it.")
    text = serializers.CharField(allow_null=True)
    check = serializers.CharField(
        source="check_state", help_text="Of the content check of a file, else empty."
    )
    is_erased = serializers.BooleanField()
    link = serializers.SerializerMethodField()
    link_until = InstantField(source="link.until", allow_null=True, default=None)

    def get_link(self, item: EvidenceItem) -> str | None:
        return f"{CONTENT}{item.link.token}" if item.link else None


class CaseDetailOut(CaseOut):
    master = MasterOut(allow_null=True)
    timeline = CaseStepOut(many=True)
    evidence = CasePieceOut(many=True)
    clocks = CaseClockOut(many=True)
    proposal = CaseProposalOut(allow_null=True)
    remedy = CaseRemedyOut(allow_null=True)
    actions = serializers.ListField(
        child=serializers.ChoiceField(choices=CASE_ACTIONS),
        help_text="What the shopper may try now.",
    )
