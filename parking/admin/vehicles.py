"""Plates of members, masked, and whether somebody saw their papers."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, DayRangeFilter, Menu, ReadOnlyAdmin, name_verbs
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import OperatorAction
from parking import services as parking
from parking.admin.common import PARKING
from parking.models import Vehicle
from parking.queries.vehicles import masked_plate

name_verbs(verify_vehicle=gettext_lazy("核实车辆"))


class PapersForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("看过的证件"),
        max_length=200,
        help_text=gettext_lazy("例如：行驶证原件，所有人姓名与会员一致。请勿填写证件号码。"),
    )


class VerifyVehicle(OperatorAction):
    name, label, icon = "verify", gettext_lazy("核实车辆"), "verified_user"
    explanation = gettext_lazy(
        "会员在服务台出示行驶证，您已确认车辆属于该会员。核实后，会员可以看到该车牌的停车记录。"
    )
    success_message = gettext_lazy("已核实。")
    permission, form_class = "parking.change_vehicle", PapersForm
    row_argument, verb = "vehicle", staticmethod(parking.verify_vehicle)

    def is_applicable(self, row: Vehicle) -> bool:
        return row.verified_at is None and row.removed_at is None


@admin.register(Vehicle)
class VehicleAdmin(ExactSearch, ReadOnlyAdmin):
    """A plate is a member's and of no car park, so only the district's operators see it."""

    menu = Menu(PARKING, "directions_car", 50)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("会员在小程序里添加车辆后会列在这里。")
    exact_fields = ("public_id", "member__public_id")
    search_help_text = gettext_lazy("完整的车辆编号或会员编号")
    ordering = ["-pk"]
    sortable_by = ()
    number = Column(gettext_lazy("编号"), "public_id")
    plate = Column(gettext_lazy("车牌"), masked_plate)
    colour_label = Choice(gettext_lazy("车牌颜色"), "colour")
    kind_label = Choice(gettext_lazy("车牌类型"), "kind")
    member_number = Column(gettext_lazy("会员编号"), "member__public_id")
    state = Column(
        gettext_lazy("状态"),
        lambda row: (
            _("已移除") if row.removed_at else _("已核实") if row.verified_at else _("未核实")
        ),
        tones={"已核实": "success", "未核实": "warning", "已移除": ""},
    )
    list_display = ["plate", "colour_label", "member_number", "state", "registered_at"]
    list_filter = [("registered_at", DayRangeFilter)]
    list_select_related = ["member__key"]
    fields = [
        *("number", "plate", "colour_label", "kind_label", "member_number", "state"),
        *("registered_at", "verified_at", "removed_at"),
    ]
    row_actions = (VerifyVehicle(),)
