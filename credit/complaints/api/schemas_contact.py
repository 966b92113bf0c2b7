"""Drafts, messages and notices: what a shopper says, and hears."""

from typing import Any

from rest_framework import serializers

from credit.complaints.api.schemas import LONGEST_STATEMENT, EvidenceField
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseFile, CaseMessage, CaseNotice
from credit.complaints.texts import CASE_STATES, CASE_WISHES, FILING_CATEGORIES
from district.kernel.http.fields import FenField, IdField, InstantField, NumberField, TextField

LONGEST_MESSAGE = 500
MOST_NOTICES = 100


class NoticeFilters(serializers.Serializer[Any]):
    unread = serializers.ChoiceField(choices=["true"], required=False)


class ComplaintDraftIn(serializers.Serializer[Any]):
    """Everything may be left out until it is filed; what is left out is empty. The store by its id, or by the
    credit code that was scanned at its counter."""

    store = IdField("str", required=False, allow_blank=True, default="")
    code = IdField(
        "crc",
        required=False,
        allow_blank=True,
        default="",
        help_text="The credit code, where no store is named.",
    )
    category = serializers.ChoiceField(
        choices=FILING_CATEGORIES, required=False, allow_blank=True, default=""
    )
    wish = serializers.ChoiceField(
        choices=CASE_WISHES, required=False, allow_blank=True, default=""
    )
    amount_fen = FenField(required=False, default=0)
    receipt_no = NumberField(required=False, default="")
    anonymity = serializers.ChoiceField(
        required=False, default=CaseFile.Anonymity.NAMED, choices=CaseFile.Anonymity.choices
    )
    description = TextField(
        required=False, allow_blank=True, default="", max_length=LONGEST_STATEMENT
    )
    evidence = EvidenceField()


class ComplaintDraftOut(serializers.Serializer[Any]):
    """A draft; `case` is what it was filed as. It goes at `expires_at`."""

    id = serializers.CharField(source="public_id")
    store = serializers.CharField(source="store.public_id", allow_null=True, default=None)
    store_name = serializers.CharField(source="store.name", allow_null=True, default=None)
    category = serializers.CharField(allow_blank=True)
    wish = serializers.CharField(allow_blank=True)
    amount_fen = serializers.IntegerField()
    receipt_no = serializers.CharField(allow_blank=True)
    anonymity = serializers.ChoiceField(choices=CaseFile.Anonymity.choices)
    description = serializers.CharField(allow_blank=True)
    evidence = serializers.ListField(child=serializers.CharField())
    saved_at = InstantField()
    expires_at = InstantField()
    case = serializers.CharField(source="case.public_id", allow_null=True, default=None)


class ComplaintDraftList(serializers.Serializer[Any]):
    results = ComplaintDraftOut(many=True)


class CaseMessageIn(serializers.Serializer[Any]):
    text = TextField(max_length=LONGEST_MESSAGE)


class CaseMessageOut(serializers.Serializer[Any]):
    """A message; `is_masked` where contact data was taken out of it. The other side reads it once it is `sent`."""

    id = serializers.CharField(source="public_id")
    is_mine = serializers.SerializerMethodField()
    text = serializers.CharField()
    is_masked = serializers.BooleanField()
    state = serializers.ChoiceField(choices=CaseMessage.State.choices)
    written_at = InstantField()
    sent_at = InstantField(allow_null=True)
    read_at = InstantField(allow_null=True)

    def get_is_mine(self, message: CaseMessage) -> bool:
        return message.sender == CaseActor.SHOPPER


class MerchantMessageOut(CaseMessageOut):
    """As the merchant reads it: of the shopper no more than the words."""

    def get_is_mine(self, message: CaseMessage) -> bool:
        return message.sender == CaseActor.MERCHANT


class MerchantMessagePage(serializers.Serializer[Any]):
    results = MerchantMessageOut(many=True)
    next = serializers.CharField(allow_null=True)


class CaseMessagePage(serializers.Serializer[Any]):
    results = CaseMessageOut(many=True)
    next = serializers.CharField(allow_null=True)


class CaseNoticeOut(serializers.Serializer[Any]):
    """What the shopper is to hear of a case, in words; `due_at` is the end that a reminder is of."""

    id = serializers.CharField(source="public_id")
    case = serializers.CharField(source="case.public_id")
    case_number = serializers.CharField(source="case.number")
    case_kind = serializers.ChoiceField(source="case.kind", choices=CaseFile.Kind.choices)
    kind = serializers.ChoiceField(choices=CaseNotice.Kind.choices)
    code = serializers.CharField()
    text = serializers.CharField()
    at = InstantField()
    due_at = InstantField(allow_null=True)
    is_read = serializers.SerializerMethodField()

    def get_is_read(self, notice: CaseNotice) -> bool:
        return hasattr(notice, "reading")


class CaseNoticePage(serializers.Serializer[Any]):
    results = CaseNoticeOut(many=True)
    next = serializers.CharField(allow_null=True)


class NoticesReadIn(serializers.Serializer[Any]):
    notices = serializers.ListField(
        child=IdField("ntc"), min_length=1, max_length=MOST_NOTICES, help_text="Their ids."
    )


class WalkInCaseOut(serializers.Serializer[Any]):
    """A complaint that staff entered with the shopper's number before it was a member's."""

    number = serializers.CharField(help_text="What staff told the person.")
    store_name = serializers.CharField(source="store.name")
    state = serializers.ChoiceField(choices=CASE_STATES)
    state_name = serializers.CharField(source="get_state_display")
    filed_at = InstantField()


class WalkInCaseList(serializers.Serializer[Any]):
    results = WalkInCaseOut(many=True)


class TakenOverOut(serializers.Serializer[Any]):
    taken = serializers.IntegerField(
        help_text="How many cases are the member's now; 0 when repeated."
    )


class ReadOut(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were new.")
