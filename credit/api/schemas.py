"""What the API of credit is asked and what it tells."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from credit.models import CreditRecord, CreditSnapshot, Rating, RecordLevel, SnapshotGrade
from credit.texts import FACT_TEXTS
from credit.values import CodeStatus, LicenceStatus
from district.kernel.http.fields import (
    IdField,
    InstantField,
    NumberField,
    StrictInteger,
    TextField,
)
from district.merchants.api.schemas_directory import (
    ListParameters,
    MerchantNamedOut,
    TradeOut,
    VenueNamedOut,
)


class CodeParameters(serializers.Serializer[Any]):
    v = serializers.CharField(required=False, max_length=4, help_text="As in the printed link.")
    s = serializers.CharField(required=False, max_length=16, help_text="As in the printed link.")


class CreditMerchantOut(MerchantNamedOut):
    legal_name = serializers.CharField()
    uscc = serializers.CharField(allow_null=True)


class CreditStoreOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    merchant = CreditMerchantOut()
    venue = VenueNamedOut()
    floor = serializers.CharField()
    unit_no = serializers.CharField()
    state = serializers.ChoiceField(choices=["open", "closed"])


class CheckedCodeOut(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[status.value for status in CodeStatus])
    is_signature_right = serializers.BooleanField(
        allow_null=True, help_text="Null where none was given, as behind a mini-program code."
    )
    checked_at = InstantField()
    store = CreditStoreOut(allow_null=True, help_text="Null for a code that is not ours.")


class LicenceOut(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[status.value for status in LicenceStatus])
    number = serializers.CharField(source="licence.number", default=None, allow_null=True)
    valid_from = serializers.DateField(source="licence.valid_from", default=None, allow_null=True)
    valid_until = serializers.DateField(
        source="licence.valid_until",
        default=None,
        allow_null=True,
        help_text="The last day; null for ever, or where nothing was verified.",
    )
    verified_at = InstantField(source="licence.verified_at", default=None, allow_null=True)


class DisplayedRecordOut(serializers.Serializer[Any]):
    origin = serializers.ChoiceField(choices=CreditRecord.Source.choices)
    level = serializers.ChoiceField(choices=RecordLevel.choices)
    title = serializers.CharField()
    authority = serializers.CharField()
    determined_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day on which it is shown no more.")
    remaining_days = serializers.IntegerField()
    is_disputed = serializers.BooleanField(
        help_text="The merchant objects; nobody has decided yet."
    )
    statement = serializers.CharField(help_text="The merchant's own word, or empty.")


class PromiseOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    description = serializers.CharField()


class StatementOut(serializers.Serializer[Any]):
    fact = serializers.ChoiceField(choices=[(fact, str(text)) for fact, text in FACT_TEXTS.items()])
    text = serializers.CharField()
    approved_on = serializers.DateField()


class ContributionOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    points = serializers.FloatField(help_text="The points of all sum to `raw`.")


class StandingScoreOut(serializers.Serializer[Any]):
    """The newest snapshot; anyone can compute it again from the inputs and the published policy."""

    as_of = serializers.DateField()
    policy = serializers.CharField(source="policy_version")
    grade = serializers.ChoiceField(
        choices=SnapshotGrade.choices, allow_null=True, help_text="Null for too little evidence."
    )
    score = serializers.FloatField()
    raw = serializers.FloatField(source="result.raw")
    low = serializers.FloatField(source="rank_key", help_text="Of the 90 % interval.")
    high = serializers.SerializerMethodField()
    evidence = serializers.ChoiceField(
        source="confidence", choices=CreditSnapshot.Confidence.choices
    )
    excluded_ratings = serializers.IntegerField(
        help_text="Flagged as arranged; they count nothing."
    )
    inputs_digest = serializers.CharField()

    def get_high(self, row: CreditSnapshot) -> float:
        return float(row.result["interval"][1])


class UpheldCategoryOut(serializers.Serializer[Any]):
    category = serializers.CharField(help_text="As in the filing of a complaint.")
    cases = serializers.IntegerField()


class CaseStatisticsOut(serializers.Serializer[Any]):
    """Complaints of twelve months; null where too few cases or purchases would mislead. Shares are 0–1."""

    cases = serializers.IntegerField()
    purchases = serializers.IntegerField()
    unanswered = serializers.IntegerField()
    deemed = serializers.IntegerField()
    per_thousand_purchases = serializers.FloatField(allow_null=True)
    first_answer_median_minutes = serializers.IntegerField(allow_null=True)
    on_time_share = serializers.FloatField(allow_null=True)
    settled_share = serializers.FloatField(allow_null=True)
    satisfied_share = serializers.FloatField(allow_null=True)
    repeats = serializers.IntegerField(
        allow_null=True, help_text="Of shoppers who had complained about the merchant before."
    )
    upheld = serializers.SerializerMethodField(
        help_text="Categories with at least five upheld or partly upheld complaints."
    )

    @extend_schema_field(UpheldCategoryOut(many=True))
    def get_upheld(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"category": category, "cases": count} for category, count in document["upheld"]]


class StoreCreditOut(serializers.Serializer[Any]):
    store = CreditStoreOut()
    has_live_code = serializers.BooleanField()
    licence = LicenceOut()
    profile = serializers.DictField(
        child=serializers.CharField(), help_text="What was checked, by the item's name."
    )
    promises = PromiseOut(many=True)
    records = DisplayedRecordOut(many=True, help_text="Neither repaired nor past their term.")
    score = StandingScoreOut(
        source="snapshot", allow_null=True, help_text="Null before the first night."
    )
    contributions = ContributionOut(many=True)
    grade_limits = serializers.ListField(
        child=serializers.CharField(), help_text="Why the grade is not the one of the score."
    )
    changes = ContributionOut(
        many=True, help_text="What would raise the score, the most first; `points` it would bring."
    )
    statements = StatementOut(
        many=True, help_text="The merchant's words on facts of the year; records carry theirs."
    )
    statistics = CaseStatisticsOut(source="snapshot.statistics", default=None, allow_null=True)


class StatisticsParameters(serializers.Serializer[Any]):
    date = serializers.DateField(
        required=False, help_text="The day with which the twelve months end; else the newest."
    )


class VenueStatisticsOut(serializers.Serializer[Any]):
    venue = VenueNamedOut()
    statistics = CaseStatisticsOut()


class TradeStatisticsOut(serializers.Serializer[Any]):
    trade = TradeOut()
    statistics = CaseStatisticsOut()


class DistrictStatisticsOut(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    district = CaseStatisticsOut(source="district.statistics")
    venues = VenueStatisticsOut(many=True)
    trades = TradeStatisticsOut(many=True)


class RatingIn(serializers.Serializer[Any]):
    store = IdField("str")
    receipt_no = NumberField(
        required=False, default="", help_text="The bill's; without it the latest purchase there."
    )
    stars = StrictInteger(min_value=1, max_value=5)
    text = TextField(required=False, default="", max_length=500)


class RatingOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    store = serializers.CharField(source="store.public_id")
    stars = serializers.IntegerField()
    text = serializers.SerializerMethodField(help_text="Empty where staff have hidden it.")
    is_text_hidden = serializers.SerializerMethodField()
    rated_at = InstantField()
    reply = serializers.CharField(help_text="The merchant's one word on it, or empty.")
    replied_at = InstantField(allow_null=True)

    def get_text(self, row: Rating) -> str:
        return "" if row.hidden_at else row.text

    def get_is_text_hidden(self, row: Rating) -> bool:
        return row.hidden_at is not None


class RankingParameters(ListParameters):
    venue = IdField("ven", required=False, help_text="Only merchants with an open store there.")
    trade = serializers.RegexField(
        r"^[a-z][a-z0-9_]*\Z",
        required=False,
        max_length=30,
        help_text="Code of a trade: only merchants with an open store of it (and there).",
    )


class RankedMerchantOut(serializers.Serializer[Any]):
    merchant = MerchantNamedOut()
    as_of = serializers.DateField()
    grade = serializers.ChoiceField(choices=SnapshotGrade.choices)
    score = serializers.FloatField()
    rank_key = serializers.FloatField(
        help_text="The lower end of the interval: lists are in its order."
    )
