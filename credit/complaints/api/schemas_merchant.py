"""What a merchant's system says of complaints, and hears."""

from typing import Any

from rest_framework import serializers

from credit.complaints.api.schemas import (
    LONGEST_STATEMENT,
    CaseClockOut,
    CaseProposalOut,
    CaseRemedyOut,
    CaseStepOut,
    EvidenceField,
)
from credit.complaints.machine.words import STANCES
from credit.complaints.models import CaseFile
from credit.complaints.queries.merchant_view import shopper_as_allowed
from credit.complaints.texts import (
    CASE_ACTIONS,
    CASE_ACTORS,
    CASE_CATEGORIES,
    CASE_OUTCOMES,
    CASE_SEVERITIES,
    CASE_STATES,
)
from district.kernel.http.fields import FenField, IdField, InstantField, TextField


class MerchantCaseFilters(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=CASE_STATES, required=False)
    store = IdField("str", required=False, help_text="One of the key's stores.")
    due_before = InstantField(
        required=False, help_text="Only where the merchant may act, until an instant before this."
    )
    cursor = serializers.CharField(required=False, help_text="`next` of the page before.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100)


class AnswerIn(serializers.Serializer[Any]):
    """The first answer: agree with the wish, offer something else, or dispute it."""

    stance = serializers.ChoiceField(choices=sorted(STANCES))
    text = TextField(max_length=LONGEST_STATEMENT, help_text="The shopper reads it.")
    evidence = EvidenceField(help_text="Descriptions of what proves it.")


class MerchantEvidenceIn(serializers.Serializer[Any]):
    """What the officer asked the merchant for."""

    text = TextField(required=False, default="", max_length=LONGEST_STATEMENT)
    evidence = EvidenceField(required=True, min_length=1)


class RemedyDoneIn(serializers.Serializer[Any]):
    """What was agreed or decided has been done."""

    evidence = EvidenceField(help_text="What proves it, such as the number of the refund.")
    refund_fen = FenField(
        required=False, default=0, help_text="For refunds: exactly the sum of the remedy."
    )
    text = TextField(required=False, default="", max_length=LONGEST_STATEMENT)


class MerchantAppealIn(serializers.Serializer[Any]):
    text = TextField(max_length=LONGEST_STATEMENT, help_text="Why the decision is wrong.")
    evidence = EvidenceField()


class CaseShopperOut(serializers.Serializer[Any]):
    """The shopper as the filing allows it; empty texts where it does not. Never a telephone number."""

    nickname = serializers.CharField(allow_blank=True, help_text="Masked from level 1 on.")
    receipt_no = serializers.CharField(allow_blank=True, help_text="At level 0.")
    receipt_ending = serializers.CharField(
        allow_blank=True, help_text="The last two characters, at levels 0 and 1."
    )


class MerchantCaseOut(serializers.Serializer[Any]):
    """An accepted complaint. `due_at` is until when, exclusive, the merchant may act; null where nothing waits for it."""

    id = serializers.CharField(source="public_id")
    number = serializers.CharField(help_text="What people say on the phone.")
    store = serializers.CharField(source="store.public_id")
    store_name = serializers.CharField(source="store.name")
    category = serializers.ChoiceField(choices=CASE_CATEGORIES)
    wish = serializers.CharField(allow_blank=True)
    amount_fen = serializers.IntegerField(help_text="How much money the shopper says it is about.")
    paid_fen = serializers.IntegerField(
        allow_null=True, help_text="Of the purchase, without what went back; null if unverified."
    )
    anonymity = serializers.ChoiceField(choices=CaseFile.Anonymity.choices)
    shopper = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=CASE_STATES)
    state_name = serializers.CharField(source="get_state_display")
    severity = serializers.ChoiceField(choices=CASE_SEVERITIES)
    finding = serializers.ChoiceField(choices=CASE_OUTCOMES, allow_blank=True)
    outcome = serializers.ChoiceField(choices=CASE_OUTCOMES, allow_blank=True)
    refunded_fen = serializers.IntegerField()
    filed_at = InstantField()
    accepted_at = InstantField()
    closed_at = InstantField(allow_null=True)
    due_at = InstantField(source="merchant_due_at", allow_null=True)

    def get_shopper(self, case: CaseFile) -> CaseShopperOut:
        # The annotation is the schema's.
        return shopper_as_allowed(case)  # type: ignore[return-value]


class MerchantCasePage(serializers.Serializer[Any]):
    results = MerchantCaseOut(many=True)
    next = serializers.CharField(allow_null=True)


class CaseEvidenceOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    given_by = serializers.ChoiceField(choices=CASE_ACTORS)
    at = InstantField()
    text = serializers.CharField(
        source="words", allow_blank=True, help_text="Empty where it was erased, and of a file."
    )
    media_type = serializers.CharField(help_text="Of a file; `text/plain` of words.")


class MerchantCaseDetailOut(MerchantCaseOut):
    timeline = CaseStepOut(many=True)
    evidence = CaseEvidenceOut(many=True)
    clocks = CaseClockOut(many=True)
    proposal = CaseProposalOut(allow_null=True)
    remedy = CaseRemedyOut(allow_null=True)
    actions = serializers.ListField(
        child=serializers.ChoiceField(choices=CASE_ACTIONS),
        help_text="What the merchant may try now.",
    )
