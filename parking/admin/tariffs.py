"""Tariffs and their versions: drafted by managers, published by the owner or the operator."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, Menu, Panel, name_verbs
from district.kernel.backoffice.columns import Choice, Column, Moment
from district.kernel.backoffice.live_forms import LiveExample
from district.kernel.backoffice.registry import person
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.idempotency import Key
from district.merchants.models import Merchant
from district.merchants.scope import MerchantScopedAdmin, RoleAction, ScopedFilter, viewer
from parking import services as parking
from parking.admin.common import PARKING
from parking.admin.example_stays import example_stays
from parking.admin.reratings import PlanRerating
from parking.admin.shadow_prices import SaveShadowReport, shadow_report_sections
from parking.admin.tariff_form import TariffForm
from parking.admin.tariff_values import values_of_document
from parking.models import TariffVersion
from parking.models.tariffs import LONGEST_TARIFF_NAME
from parking.queries.tariffs import draft_of_tariff, rules_of
from parking.tariff.examples import published_tariffs

State = TariffVersion.State

name_verbs(
    create_tariff=gettext_lazy("新建收费标准"),
    save_tariff_draft=gettext_lazy("保存收费标准草稿"),
    publish_tariff_version=gettext_lazy("发布收费标准"),
    withdraw_tariff_version=gettext_lazy("撤回收费标准"),
)


class NewTariffForm(ActionForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=LONGEST_TARIFF_NAME)
    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))
    example = forms.ChoiceField(
        label=gettext_lazy("从示例开始"),
        help_text=gettext_lazy("示例取自公开报道，使用前请核对，并按实际修改。"),
    )

    def prepare(self) -> None:
        who = viewer(self.request)
        merchants = Merchant.objects.order_by("name")
        if not who.operator:
            merchants = merchants.filter(pk__in=[who.post.merchant_id] if who.post else [])
        self.field("merchant").queryset = merchants
        self.field("example").choices = [
            (key, published.title) for key, published in published_tariffs().items()
        ]


class NewTariff(RoleAction):
    name, label, icon = "add", gettext_lazy("新建收费标准"), "add_card"
    explanation = gettext_lazy("先存为草稿，发布后才会生效。")
    success_message = gettext_lazy("草稿已保存，请修改后发布。")
    is_edit = False  # its first value is a suggestion
    form_class = NewTariffForm
    required_permission = "edit_tariffs"

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        post = viewer(request).post
        return {} if post is None else {"merchant": post.merchant}

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> TariffVersion:
        by = person(request)
        with transaction.atomic():
            tariff = parking.create_tariff(
                merchant=cleaned_data["merchant"], name=cleaned_data["name"], by=by, key=key
            )
            document = published_tariffs()[cleaned_data["example"]].document
            earlier = tariff.versions.first()
            return earlier or parking.save_tariff_draft(tariff=tariff, document=document, by=by)


class EditTariff(LiveExample, RoleAction):
    name, label, icon = "edit", gettext_lazy("修改草稿"), "edit"
    explanation = gettext_lazy("留空的行不计。保存后可再添加更多行。")
    success_message = gettext_lazy("草稿已保存。")
    is_edit = True
    form_class = TariffForm
    required_permission = "edit_tariffs"
    states = {State.DRAFT}

    def initial(self, request: HttpRequest, row: TariffVersion) -> dict[str, Any]:
        return values_of_document(json.loads(row.document))

    def first_panel(self, request: HttpRequest, row: TariffVersion) -> Panel:
        return example_stays(rules_of(row))

    def live_panel(self, request: HttpRequest, row: Any, form: TariffForm) -> Panel:
        return example_stays(form.rules)

    def run(
        self, request: HttpRequest, row: TariffVersion, cleaned_data: dict[str, Any], key: Key
    ) -> TariffVersion:
        return parking.save_tariff_draft(
            tariff=row.tariff, document=cleaned_data["document"], by=person(request)
        )


class NewTariffVersion(EditTariff):
    name, label, icon = "new-version", gettext_lazy("起草新版本"), "content_copy"
    is_edit = False
    states = {State.PUBLISHED, State.WITHDRAWN, State.CORRECTION}

    def is_applicable(self, row: TariffVersion) -> bool:
        return super().is_applicable(row) and draft_of_tariff(row.tariff) is None


class PublishForm(ActionForm):
    start = forms.DateTimeField(
        label=gettext_lazy("生效时间"),
        widget=InstantInput,
        required=False,
        help_text=gettext_lazy("留空为立即生效；此前的版本到此为止。"),
    )


class PublishTariff(RoleAction):
    name, label, icon = "publish", gettext_lazy("发布"), "publish"
    explanation = gettext_lazy("发布后内容不能再改；已入场的车仍按入场时的版本计费。")
    success_message = gettext_lazy("已发布。")
    form_class = PublishForm
    required_permission = "publish_tariffs"
    states, row_argument = {State.DRAFT}, "version"
    verb = staticmethod(parking.publish_tariff_version)

    def aside(self, request: HttpRequest, row: TariffVersion) -> list[Any]:
        return [*shadow_report_sections(request, row), example_stays(rules_of(row))]


class WithdrawTariff(RoleAction):
    name, label, icon, is_dangerous = "withdraw", gettext_lazy("撤回"), "undo", True
    explanation = gettext_lazy("仅限尚未生效的版本；此前的版本继续有效。")
    success_message = gettext_lazy("已撤回。")
    required_permission = "publish_tariffs"
    states, row_argument = {State.PUBLISHED}, "version"
    verb = staticmethod(parking.withdraw_tariff_version)


@admin.register(TariffVersion)
class TariffVersionAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "payments", 15)
    merchant_paths, required_permission = ("tariff__merchant",), "edit_tariffs"
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("还没有收费标准，可从“新建收费标准”开始。")
    title = Column(gettext_lazy("收费标准"), "tariff__name")
    merchant = Column(gettext_lazy("商户"), "tariff__merchant")
    state_label = Choice(
        gettext_lazy("状态"),
        "state",
        {"草稿": "", "已发布": "success", "已撤回": "danger", "更正": "info"},
    )
    begins = Moment(gettext_lazy("生效时间"), lambda row: row.valid and row.valid.lower)
    ends = Moment(gettext_lazy("失效时间"), lambda row: row.valid and row.valid.upper)
    list_display = ["title", "number", "state_label", "merchant", "begins", "ends"]
    list_filter = ["state", ("tariff__merchant", ScopedFilter)]
    list_select_related = ["tariff__merchant"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        *("title", "number", "state_label", "merchant", "begins", "ends"),
        *("drafted_by", "published_by", "published_at", "withdrawn_at", "corrects", "sha256"),
    ]
    add_action = NewTariff()
    row_actions = (
        *(EditTariff(), SaveShadowReport(), PublishTariff(), WithdrawTariff()),
        *(NewTariffVersion(), PlanRerating()),
    )

    def sections(self, request: HttpRequest, row: TariffVersion) -> Iterable[Any]:
        """What stays would cost by it."""
        yield example_stays(rules_of(row))
        yield from shadow_report_sections(request, row)
