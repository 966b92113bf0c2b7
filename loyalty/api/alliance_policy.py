"""GET /api/v1/points/rules: what holds for everybody's points, for anybody to read."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.http.api import ApiView, cacheable
from district.kernel.http.fields import InstantField
from district.kernel.text.money import format_yuan
from loyalty import queries
from loyalty.models import AlliancePolicy
from loyalty.values import AlliancePolicyValues


class BreakageOut(serializers.Serializer):
    """Who keeps points that nobody spent in time."""

    to = serializers.ChoiceField(["issuer", "alliance", "fund"])
    name = serializers.CharField(allow_null=True, help_text="of the party; null for the issuer")
    text = serializers.CharField(help_text="in plain Chinese")


class HoldRuleOut(serializers.Serializer):
    minutes = serializers.IntegerField(help_text="how long points may be set aside at most")
    grace_days = serializers.IntegerField(
        help_text="how long points live on that ended while they were set aside"
    )
    text = serializers.CharField()


class ConfirmationOut(serializers.Serializer):
    from_points = serializers.IntegerField(allow_null=True, help_text="null: never asked")
    minutes = serializers.IntegerField(help_text="how long the phone waits for an answer")
    text = serializers.CharField()


@extend_schema_serializer(component_name="BrakeOut")
class FallbackOut(serializers.Serializer):
    """What a purchase earns while the merchant's prefund is used up."""

    points = serializers.IntegerField()
    per_fen = serializers.IntegerField()
    text = serializers.CharField()


class WorthOut(serializers.Serializer):
    """What a point takes off a bill at any till of the alliance."""

    milli_fen = serializers.IntegerField(help_text="of one point, in thousandths of a fen")
    text = serializers.CharField()


class RulesOut(serializers.Serializer):
    since = InstantField(allow_null=True, help_text="null: as the district began")
    until = InstantField(allow_null=True, help_text="null: until others are set")
    breakage = BreakageOut()
    hold = HoldRuleOut()
    confirmation = ConfirmationOut()
    brake = FallbackOut()
    worth = WorthOut()
    warn_days = serializers.IntegerField(help_text="members are told so many days ahead")
    warning = serializers.CharField()


EXAMPLE = {
    "since": "2026-01-01T00:00:00+08:00",
    "until": None,
    "breakage": {
        "to": "fund",
        "name": "商圈公益金",
        "text": "到期未使用的积分归“商圈公益金”所有，由发放商户按积分单价付给它，在商户账单中列出。",
    },
    "hold": {
        "minutes": 120,
        "grace_days": 7,
        "text": "预占的积分最长保留 120 分钟；预占期间到期的积分，退回后还可使用 7 天。",
    },
    "confirmation": {
        "from_points": 500,
        "minutes": 5,
        "text": "单笔使用 500 积分及以上，须在手机上确认，5 分钟内有效。",
    },
    "brake": {
        "points": 1,
        "per_fen": 200,
        "text": "商户预存用完时，由商圈联盟出资，每消费 ¥2.00 得 1 积分。",
    },
    "worth": {"milli_fen": 1000, "text": "使用 100 积分抵 ¥1.00。"},
    "warn_days": 30,
    "warning": "积分到期前 30 天提醒会员，每个到期日一次。",
}


class PublicAlliancePolicy(ApiView):
    """The rules in force, in figures and in words."""

    @extend_schema(
        operation_id="points_rules",
        summary="联盟积分规则",
        tags=["points"],
        auth=[],
        parameters=[
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="An ETag answered before.",
            ),
            OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 304]),
        ],
        responses={200: RulesOut, 304: OpenApiResponse(description="Unchanged since that ETag.")},
        examples=[OpenApiExample("example", EXAMPLE, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request) -> Response:
        now = clock.now()
        row = queries.alliance_policy_row_at(now)
        return cacheable(
            request, RulesOut(policy_document(queries.alliance_policy_at(now), row)).data
        )


def policy_document(policy: AlliancePolicyValues, row: AlliancePolicy | None) -> dict[str, Any]:
    """The rules with what each means."""
    return {
        "since": row.valid.lower if row else None,
        "until": row.valid.upper if row else None,
        "breakage": _breakage(row),
        "hold": {
            "minutes": policy.hold_minutes,
            "grace_days": policy.grace_days,
            "text": _(
                "预占的积分最长保留 %(minutes)s 分钟；预占期间到期的积分，退回后还可使用 %(days)s 天。"
            )
            % {"minutes": policy.hold_minutes, "days": policy.grace_days},
        },
        "confirmation": {
            "from_points": policy.confirm_from,
            "minutes": policy.confirm_minutes,
            "text": _confirmation(policy),
        },
        "brake": {
            "points": policy.fallback_points,
            "per_fen": policy.fallback_per_fen,
            "text": _("商户预存用完时，由商圈联盟出资，每消费 %(yuan)s 得 %(points)s 积分。")
            % {"yuan": format_yuan(policy.fallback_per_fen), "points": policy.fallback_points},
        },
        "worth": {
            "milli_fen": policy.point_value_milli_fen,
            "text": queries.point_value_text(policy),
        },
        "warn_days": policy.warn_days,
        "warning": _("积分到期前 %(days)s 天提醒会员，每个到期日一次。")
        % {"days": policy.warn_days},
    }


def _breakage(row: AlliancePolicy | None) -> dict[str, Any]:
    if row is None or row.breakage_to is None:
        text = _("到期未使用的积分退回发放它的商户，任何一方都不因此获利，在商户账单中列出。")
        return {"to": "issuer", "name": None, "text": text}
    text = _("到期未使用的积分归“%(name)s”所有，由发放商户按积分单价付给它，在商户账单中列出。") % {
        "name": row.breakage_to.name
    }
    return {"to": row.breakage_to.kind, "name": row.breakage_to.name, "text": text}


def _confirmation(policy: AlliancePolicyValues) -> str:
    if policy.confirm_from is None:
        return _("使用积分不需要在手机上确认。")
    return _("单笔使用 %(points)s 积分及以上，须在手机上确认，%(minutes)s 分钟内有效。") % {
        "points": policy.confirm_from,
        "minutes": policy.confirm_minutes,
    }
