"""What is done to a car park: registered, described, given bays, hours and a feed, closed."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm
from district.kernel.idempotency import Key
from district.merchants.admin import week_text
from district.merchants.admin.store_actions import WeekForm
from district.merchants.models import Venue
from district.merchants.scope import viewer
from parking import services as parking
from parking.admin import layout_text
from parking.admin.common import ManagedAction, OperatorOfForm, RegisterAction
from parking.models import CarPark, OccupancyFeed, Pool, Tariff
from parking.models.register import HEIGHT_RANGE_CM, MOST_BAYS

_DETAILS = (
    "name",
    "venue",
    "address",
    "latitude",
    "longitude",
    "coordinate_system",
    "height_limit_cm",
    "operator_name",
    "fee_note",
)


class CarParkDetailsForm(ActionForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    venue = forms.ModelChoiceField(Venue.objects.none(), label=gettext_lazy("场所"), required=False)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200, required=False)
    latitude = forms.DecimalField(
        label=gettext_lazy("纬度"), max_digits=9, decimal_places=6, required=False
    )
    longitude = forms.DecimalField(
        label=gettext_lazy("经度"), max_digits=9, decimal_places=6, required=False
    )
    coordinate_system = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=CarPark.CoordinateSystem.choices,
        help_text=gettext_lazy("腾讯、高德地图上取的坐标是 GCJ-02，GPS 设备的是 WGS-84。"),
    )
    height_limit_cm = forms.IntegerField(
        label=gettext_lazy("限高（厘米）"),
        min_value=HEIGHT_RANGE_CM[0],
        max_value=HEIGHT_RANGE_CM[1],
        required=False,
    )
    operator_name = forms.CharField(label=gettext_lazy("经营单位"), max_length=120, required=False)
    fee_note = forms.CharField(
        label=gettext_lazy("收费说明"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        self.field("venue").queryset = Venue.objects.order_by("name_key", "pk")


class RegisterCarParkForm(OperatorOfForm, CarParkDetailsForm):
    field_order = ["merchant", *_DETAILS]

    def prepare(self) -> None:
        OperatorOfForm.prepare(self)
        CarParkDetailsForm.prepare(self)


class SetPoolForm(ActionForm):
    bay_class = forms.ChoiceField(label=gettext_lazy("车位类型"), choices=Pool.BayClass.choices)
    capacity = forms.IntegerField(label=gettext_lazy("车位数"), min_value=0, max_value=MOST_BAYS)
    reservable_capacity = forms.IntegerField(
        label=gettext_lazy("可预约车位数"),
        min_value=0,
        max_value=MOST_BAYS,
        initial=0,
        help_text=gettext_lazy("其余留给直接到场的车辆。"),
    )


class LayoutForm(ActionForm):
    floors = forms.CharField(
        label=gettext_lazy("楼层与区域"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("自下而上，每行一层，例如：B2：A区、B区"),
    )
    entrances = forms.CharField(
        label=gettext_lazy("出入口"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "每行一个：名称，入/出/出入，限高（米，可省略），例如：东口，入，2.1"
        ),
    )

    def clean_floors(self) -> list[parking.FloorLayout]:
        return layout_text.parse_floors(self.cleaned_data["floors"])

    def clean_entrances(self) -> list[parking.EntranceLayout]:
        try:
            return layout_text.parse_entrances(self.cleaned_data["entrances"])
        except ValueError as error:
            raise forms.ValidationError(
                _("请写成“东口，入，2.1”的样子：%(line)s") % {"line": str(error)[:60]}
            ) from None


class AssignFeedForm(ActionForm):
    feed = forms.ModelChoiceField(
        OccupancyFeed.objects.none(),
        label=gettext_lazy("余位数据源"),
        required=False,
        help_text=gettext_lazy("留空则不再接收该停车场的余位。"),
    )

    def prepare(self) -> None:
        own = OccupancyFeed.objects.filter(merchant=self.row.merchant_id)
        self.field("feed").queryset = own.order_by("name")


class AssignTariffForm(ActionForm):
    tariff = forms.ModelChoiceField(
        Tariff.objects.none(),
        label=gettext_lazy("收费标准"),
        required=False,
        help_text=gettext_lazy("留空则不显示价格。"),
    )

    def prepare(self) -> None:
        own = Tariff.objects.filter(merchant=self.row.merchant_id)
        self.field("tariff").queryset = own.order_by("name")


class RegisterCarPark(RegisterAction):
    name, label, icon = "add", gettext_lazy("登记停车场"), "add_circle"
    explanation = gettext_lazy("登记后请设置车位数、开放时间与余位数据源。")
    success_message = gettext_lazy("停车场已登记。")
    form_class = RegisterCarParkForm

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> CarPark:
        return parking.register_car_park(
            merchant=cleaned_data.pop("merchant"),
            details=parking.CarParkDetails(**cleaned_data),
            by=viewer(request).user,
            key=key,
        )


class _CarParkAction(ManagedAction):
    """Done to a car park that has not closed."""

    states, row_argument = {CarPark.State.OPEN}, "car_park"
    success_message = gettext_lazy("已更新。")


class EditCarPark(_CarParkAction):
    name, label, icon, is_edit = "edit", gettext_lazy("修改资料"), "edit", True
    form_class = CarParkDetailsForm

    def initial(self, request: HttpRequest, row: CarPark) -> dict[str, Any]:
        return {name: getattr(row, name) for name in _DETAILS}

    def run(
        self, request: HttpRequest, row: CarPark, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        parking.edit_car_park(
            car_park=row,
            details=parking.CarParkDetails(**cleaned_data),
            by=viewer(request).user,
        )


class SetPool(_CarParkAction):
    name, label, icon = "pool", gettext_lazy("设置车位数"), "local_parking"
    explanation = gettext_lazy("按车位类型设置；同一类型再次设置会替换原来的数目。")
    form_class = SetPoolForm
    verb = staticmethod(parking.set_pool)


class SetCarParkHours(_CarParkAction):
    name, label, icon, is_edit = "hours", gettext_lazy("设置开放时间"), "schedule", True
    form_class = WeekForm

    def initial(self, request: HttpRequest, row: CarPark) -> dict[str, Any]:
        lines = {f"day_{day}": line for day, line in week_lines(row).items()}
        return {"round_the_clock": row.round_the_clock, **lines}

    def run(
        self, request: HttpRequest, row: CarPark, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        parking.set_car_park_hours(
            car_park=row,
            hours=cleaned_data["hours"],
            round_the_clock=cleaned_data["round_the_clock"],
            by=viewer(request).user,
        )


class SetLayout(_CarParkAction):
    name, label, icon, is_edit = "layout", gettext_lazy("设置楼层与出入口"), "layers", True
    form_class = LayoutForm
    verb = staticmethod(parking.set_layout)

    def initial(self, request: HttpRequest, row: CarPark) -> dict[str, Any]:
        return {
            "floors": layout_text.format_floors(row.floors.prefetch_related("zones")),
            "entrances": layout_text.format_entrances(row.entrances.all()),
        }


class AssignFeed(_CarParkAction):
    name, label, icon, is_edit = "feed", gettext_lazy("指定余位数据源"), "sensors", True
    form_class = AssignFeedForm
    verb = staticmethod(parking.assign_feed)

    def initial(self, request: HttpRequest, row: CarPark) -> dict[str, Any]:
        return {"feed": row.feed_id}


class AssignTariff(_CarParkAction):
    name, label, icon, is_edit = "tariff", gettext_lazy("指定收费标准"), "payments", True
    explanation = gettext_lazy("价格按该收费标准已发布的版本计算。")
    # What a car park charges is decided by who publishes prices.
    required_permission = "publish_tariffs"
    form_class = AssignTariffForm
    verb = staticmethod(parking.assign_tariff)

    def initial(self, request: HttpRequest, row: CarPark) -> dict[str, Any]:
        return {"tariff": row.tariff_id}


def week_lines(car_park: CarPark) -> dict[int, str]:
    """Each weekday's hours as people write them; days without any are left out."""
    days: dict[int, list[tuple[int, int]]] = {}
    for hours in car_park.hours.all():
        days.setdefault(hours.weekday, []).append((hours.opens_minute, hours.closes_minute))
    return {day: week_text.format_week(stretches) for day, stretches in days.items()}
