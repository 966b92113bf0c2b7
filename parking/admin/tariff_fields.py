"""The fields of a tariff's form: tables of days, bands and tiers come in rows, with an empty one to add to."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.calendar.day_class import DayClass
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.typed_fields import PercentField, YuanField
from district.kernel.backoffice.widgets import ClockInput, ListToTick
from parking.tariff.document import MOST_FEN
from parking.tariff.rules import DAY_MINUTES
from parking.tariff.values import (
    FlatScope,
    GraceLimit,
    GraceMode,
    GraceScope,
    Rounding,
    TierClock,
    VehicleClass,
)

# An empty row is added below these; a document with more shows all it has.
MOST_TABLES, MOST_BANDS, MOST_TIERS = 6, 5, 4
SEASONS: Final = 2
TIERED, FLAT, FREE = "tiers", "flat", "free"
SAME, SCALED = "same", "scaled"

DAY_CLASSES: Final = {
    DayClass.WORKDAY: gettext_lazy("工作日"),
    DayClass.MAKEUP_WORKDAY: gettext_lazy("调休上班日"),
    DayClass.WEEKEND: gettext_lazy("周末"),
    DayClass.HOLIDAY_MINOR: gettext_lazy("小长假等法定节假日"),
    DayClass.HOLIDAY_MAJOR: gettext_lazy("国庆、春节假期"),
}
VEHICLES: Final = {
    VehicleClass.LARGE: gettext_lazy("大型车"),
    VehicleClass.MOTORCYCLE: gettext_lazy("摩托车"),
    VehicleClass.SPECIAL: gettext_lazy("特种车（警车、救护车、军车等）"),
}
CAPS: Final = {
    "day_fen": gettext_lazy("每计费日封顶（元）"),
    "rolling_24h_fen": gettext_lazy("每 24 小时封顶（元）"),
    "visit_fen": gettext_lazy("每次停车封顶（元）"),
}
_ROUNDING: Final = {
    Rounding.PER_BAND: gettext_lazy("各时段分别取整"),
    Rounding.ANCHORED_UNITS: gettext_lazy("按单位开始时的时段，连续计算"),
}
_TIER_CLOCK: Final = {
    TierClock.VISIT: gettext_lazy("自入场起累计"),
    TierClock.DAY: gettext_lazy("每个计费日重新起算"),
    TierClock.BAND: gettext_lazy("每个时段重新起算"),
}
_GRACE_MODE: Final = {
    GraceMode.FREE_IF_WITHIN: gettext_lazy("时长以内免费，超过则自始计费"),
    GraceMode.DEDUCT: gettext_lazy("总是扣除"),
}
_GRACE_LIMIT: Final = {
    GraceLimit.FREE: gettext_lazy("恰好等于时免费"),
    GraceLimit.CHARGED: gettext_lazy("恰好等于时计费"),
}
_GRACE_SCOPE: Final = {
    GraceScope.VISIT: gettext_lazy("每次停车"),
    GraceScope.DAY: gettext_lazy("每车每计费日一次"),
}
_WAYS: Final = {
    TIERED: gettext_lazy("按单位计费"),
    FLAT: gettext_lazy("一口价"),
    FREE: gettext_lazy("免费"),
}
_FLAT_SCOPE: Final = {
    FlatScope.BAND: gettext_lazy("每次进入时段"),
    FlatScope.VISIT: gettext_lazy("每次停车一次"),
}
_VEHICLE_WAYS: Final = {
    SAME: gettext_lazy("与小型车相同"),
    SCALED: gettext_lazy("按小型车的百分比"),
    FREE: gettext_lazy("免费"),
}


def general_fields() -> dict[str, forms.Field]:
    """What holds for every day, then what differs for vehicles."""
    return {
        "rounding": _choice(gettext_lazy("跨时段取整"), _ROUNDING),
        "tier_clock": _choice(gettext_lazy("阶梯起算"), _TIER_CLOCK),
        "day_start": _clock(
            gettext_lazy("计费日开始"),
            gettext_lazy("日期表、每日封顶自此更换，如 00:00 或 08:00。"),
        ),
        "grace_minutes": _minutes(gettext_lazy("免费时长（分钟）"), DAY_MINUTES),
        "grace_mode": _choice(gettext_lazy("免费时长的用法"), _GRACE_MODE),
        "grace_limit": _choice(gettext_lazy("恰好等于免费时长"), _GRACE_LIMIT),
        "grace_scope": _choice(gettext_lazy("免费次数"), _GRACE_SCOPE),
        **{f"cap_{key}": _yuan(label) for key, label in CAPS.items()},
    }


def vehicle_fields() -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for vehicle, label in VEHICLES.items():
        named = {"vehicle": label}
        fields |= {
            f"{vehicle}_way": _choice(label, _VEHICLE_WAYS),
            f"{vehicle}_bp": _percent(_("%(vehicle)s：小型车价格的百分之") % named),
            f"{vehicle}_scales_caps": _tick(_("%(vehicle)s：封顶也按此比例") % named),
        }
    return fields | {
        "electric_free_minutes": _minutes(gettext_lazy("新能源车首免（分钟）"), DAY_MINUTES),
        "electric_bp": _percent(gettext_lazy("新能源车：价格的百分之")),
        "electric_scales_caps": _tick(gettext_lazy("新能源车：封顶也按此比例")),
    }


def table_fields(table: int, bands: int, tiers: int) -> dict[str, forms.Field]:
    """Those of one table of days."""
    prefix, named = f"table{table}_", {"number": table}
    fields: dict[str, forms.Field] = {
        f"{prefix}name": _name(_("日期表 %(number)s 名称") % named),
        f"{prefix}classes": forms.MultipleChoiceField(
            label=gettext_lazy("日期类别"),
            choices=[(key.value, label) for key, label in DAY_CLASSES.items()],
            required=False,
            widget=ListToTick,
            help_text=gettext_lazy("从上到下取第一张符合的表；最后一张用于其余日期，不选。"),
        ),
    }
    for number in range(1, SEASONS + 1):
        season = {"number": number}
        fields |= {
            f"{prefix}season{number}_first": _month_day(_("季节 %(number)s：从") % season),
            f"{prefix}season{number}_last": _month_day(_("季节 %(number)s：到（含）") % season),
        }
    for band in range(1, bands + 1):
        fields |= _band_fields(f"{prefix}band{band}_", band, tiers)
    return fields


def _band_fields(prefix: str, band: int, tiers: int) -> dict[str, forms.Field]:
    named = {"number": band}
    fields: dict[str, forms.Field] = {
        f"{prefix}name": _name(_("时段 %(number)s 名称") % named),
        f"{prefix}start": _clock(_("时段 %(number)s：开始") % named),
        f"{prefix}end": _clock(_("时段 %(number)s：结束") % named),
        f"{prefix}way": _choice(_("时段 %(number)s：计价") % named, _WAYS),
        f"{prefix}flat_fen": _yuan(_("时段 %(number)s：一口价（元）") % named),
        f"{prefix}flat_scope": _choice(_("时段 %(number)s：一口价收取") % named, _FLAT_SCOPE),
    }
    for tier in range(1, tiers + 1):
        both = {"band": band, "tier": tier}
        fields |= {
            f"{prefix}tier{tier}_unit_minutes": _minutes(
                _("时段 %(band)s 第 %(tier)s 级：每（分钟）") % both, DAY_MINUTES
            ),
            f"{prefix}tier{tier}_price_fen": _yuan(
                _("时段 %(band)s 第 %(tier)s 级：价格（元）") % both, min_fen=0
            ),
            f"{prefix}tier{tier}_until_minutes": _minutes(
                _("时段 %(band)s 第 %(tier)s 级：至第几分钟") % both, 31 * DAY_MINUTES
            ),
        }
    return fields | {f"{prefix}cap_fen": _yuan(_("时段 %(number)s：封顶（元）") % named)}


def _choice(label: Text, choices: dict[Any, Any]) -> forms.ChoiceField:
    options = [(str(getattr(key, "value", key)), text) for key, text in choices.items()]
    return forms.ChoiceField(label=label, choices=options, required=False)


def _clock(label: Text, help_text: Text = "") -> forms.TimeField:
    return forms.TimeField(label=label, widget=ClockInput, required=False, help_text=help_text)


def _minutes(label: Text, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False)


def _yuan(label: Text, *, min_fen: int = 1) -> YuanField:
    return YuanField(label, min_fen=min_fen, max_fen=MOST_FEN, required=False)


def _percent(label: Text) -> PercentField:
    return PercentField(label, smallest=1, largest=100_000, required=False)


def _tick(label: Text) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


def _name(label: Text) -> forms.CharField:
    return forms.CharField(label=label, max_length=20, required=False)


def _month_day(label: Text) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=5,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "03-15"}),
    )
