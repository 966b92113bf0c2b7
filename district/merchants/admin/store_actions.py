"""What is done to a store: opened, described, given hours and closed."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Action, ActionForm
from district.kernel.idempotency import Key
from district.merchants import services as merchants
from district.merchants.admin import week_text
from district.merchants.models import Merchant, OpeningHours, Store, Trade, Venue
from district.merchants.scope import RoleAction, viewer


class IntroForm(ActionForm):
    phone = forms.CharField(label=gettext_lazy("门店电话"), max_length=30, required=False)
    intro = forms.CharField(
        label=gettext_lazy("简介"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DetailsForm(IntroForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    trade = forms.ModelChoiceField(Trade.objects.none(), label=gettext_lazy("业态"))
    floor = forms.CharField(
        label=gettext_lazy("楼层"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("须是场所已有的楼层；街区留空。"),
    )
    unit_no = forms.CharField(label=gettext_lazy("铺位号"), max_length=20, required=False)
    field_order = ["once", "venue", "name", "trade", "floor", "unit_no", "phone", "intro"]

    def prepare(self) -> None:
        self.field("trade").queryset = Trade.objects.order_by("sort", "name")


class OpenStoreForm(DetailsForm):
    venue = forms.ModelChoiceField(Venue.objects.none(), label=gettext_lazy("场所"))

    def prepare(self) -> None:
        super().prepare()
        self.field("venue").queryset = Venue.objects.order_by("name_key")


class WeekForm(ActionForm):
    """A line for each day, as it would stand on the door."""

    round_the_clock = forms.BooleanField(label=gettext_lazy("24 小时营业"), required=False)

    def prepare(self) -> None:
        for day in OpeningHours.Weekday:
            self.fields[f"day_{day.value}"] = forms.CharField(
                label=day.label, required=False, max_length=120
            )
        self.fields["day_0"].help_text = _(
            "例如 10:00-22:00；多段用顿号隔开，如 10:00-14:00、17:00-02:00（次日凌晨）；休息日留空。"
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        hours = []
        for day in OpeningHours.Weekday:
            try:
                stretches = week_text.parse_week(cleaned.get(f"day_{day.value}") or "")
            except ValueError:
                self.add_error(f"day_{day.value}", _("请写成 10:00-22:00 的样子。"))
            else:
                hours += [merchants.Stretch(day.value, *stretch) for stretch in stretches]
        return cleaned | {"hours": hours}


class OpenStore(Action):
    """On a merchant's page."""

    name, label, icon = "open-store", gettext_lazy("新开门店"), "add_business"
    success_message = gettext_lazy("门店已建立，请接着设置营业时间。")
    form_class = OpenStoreForm
    verb, row_argument, opens_result = staticmethod(merchants.open_store), "merchant", True

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return isinstance(row, Merchant) and viewer(request).operator


class StoreAction(RoleAction):
    """Done to a store that has not closed, by those whose role allows it."""

    required_permission, states, row_argument = "edit_store", {Store.State.OPEN}, "store"


class SetOpeningHours(StoreAction):
    name, label, icon = "hours", gettext_lazy("设置营业时间"), "schedule"
    is_edit = True
    success_message = gettext_lazy("营业时间已更新。")
    form_class = WeekForm

    def initial(self, request: HttpRequest, row: Store) -> dict[str, Any]:
        lines = {f"day_{day}": line for day, line in week_lines(row).items()}
        return {"round_the_clock": row.round_the_clock, **lines}

    def run(self, request: HttpRequest, row: Store, cleaned_data: dict[str, Any], key: Key) -> None:
        merchants.set_opening_hours(
            store=row,
            hours=cleaned_data["hours"],
            by=viewer(request).user,
            round_the_clock=cleaned_data["round_the_clock"],
        )


class IntroduceStore(StoreAction):
    """What a merchant keeps itself; operators have the whole form."""

    name, label, icon = "introduce", gettext_lazy("修改电话与简介"), "edit"
    is_edit = True
    success_message = gettext_lazy("已更新。")
    form_class = IntroForm
    verb = staticmethod(merchants.introduce_store)

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return super().is_allowed(request, row) and not viewer(request).operator

    def initial(self, request: HttpRequest, row: Store) -> dict[str, Any]:
        return {"phone": row.phone, "intro": row.intro}


class EditStore(StoreAction):
    name, label, icon = "edit", gettext_lazy("修改资料"), "edit"
    is_edit = True
    success_message = gettext_lazy("已更新。")
    form_class = DetailsForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).operator

    def initial(self, request: HttpRequest, row: Store) -> dict[str, Any]:
        return {name: getattr(row, name) for name in merchants.StoreDetails.__dataclass_fields__}

    def run(self, request: HttpRequest, row: Store, cleaned_data: dict[str, Any], key: Key) -> None:
        merchants.edit_store(
            store=row, details=merchants.StoreDetails(**cleaned_data), by=viewer(request).user
        )


class CloseStore(StoreAction):
    name, label, icon = "close", gettext_lazy("关闭门店"), "door_front"
    explanation = gettext_lazy(
        "门店从目录中消失，收银台不能再在此入账；历史记录保留，且不能重新开张。"
    )
    is_dangerous = True
    success_message = gettext_lazy("门店已关闭。")
    verb = staticmethod(merchants.close_store)

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).operator


def week_lines(store: Store) -> dict[int, str]:
    """Each weekday's hours as they would stand on the door; days without any are left out."""
    days: dict[int, list[tuple[int, int]]] = {}
    for hours in store.hours.all():
        days.setdefault(hours.weekday, []).append((hours.opens_minute, hours.closes_minute))
    return {day: week_text.format_week(stretches) for day, stretches in days.items()}
