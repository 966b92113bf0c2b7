"""Merchants, and all that belongs to one."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import Menu, Section, visible_rows
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, table
from district.kernel.backoffice.registry import screen_of
from district.merchants.admin.audit_labels import MERCHANTS
from district.merchants.admin.clerks import AppointClerk
from district.merchants.admin.keys import IssueKey
from district.merchants.admin.merchant_actions import (
    EditMerchant,
    EnrolMerchant,
    FoundFund,
    RegisterMerchant,
    ResumeMerchant,
    SetContact,
    SuspendMerchant,
    WithdrawMerchant,
)
from district.merchants.admin.store_actions import OpenStore
from district.merchants.admin.venues_and_trades import NameSearch
from district.merchants.models import AllianceMembership, Clerk, Merchant, Store, TillKey
from district.merchants.queries import is_member
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter


@admin.register(Merchant)
class MerchantAdmin(NameSearch, MerchantScopedAdmin):
    menu = Menu(MERCHANTS, "business_center", 10)
    merchant_paths, required_permission = ("pk",), "view_store"
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("登记商户之后，才能开店、任命店员、签发收银密钥。")
    alliance = Column(
        gettext_lazy("联盟"),
        lambda row: _("联盟成员") if row.in_alliance else _("未入盟"),
        tones={"联盟成员": "info", "未入盟": ""},
    )
    state_label = Choice(gettext_lazy("状态"), "state", {"正常": "success", "暂停": "danger"})
    list_display = ["name", "legal_name", "alliance", "state_label"]
    list_filter = ["state"]
    ordering = ["name_key", "public_id"]
    sortable_by = ()
    fields = [
        "name",
        "public_id",
        "legal_name",
        "uscc",
        "contact_name",
        "contact_phone",
        "alliance",
        "state_label",
        "suspended_at",
        "suspended_for",
    ]
    add_action = RegisterMerchant()
    list_actions = [FoundFund()]
    row_actions = [
        EditMerchant(),
        SetContact(),
        OpenStore(),
        AppointClerk(),
        IssueKey(),
        EnrolMerchant(),
        ResumeMerchant(),
        WithdrawMerchant(),
        SuspendMerchant(),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Merchant]:
        return super().get_queryset(request).annotate(in_alliance=is_member(clock.now()))

    def sections(self, request: HttpRequest, row: Merchant) -> Iterable[Section]:
        stores = visible_rows(request, Store).filter(merchant=row).select_related("venue")
        columns = [
            Link(_("名称"), "name"),
            Column(_("场所"), "venue__name"),
            Choice(_("状态"), "state"),
        ]
        yield table(_("门店"), columns, stores.order_by("name_key"), empty=_("还没有门店。"))
        if "clerks" in (parts := _parts(request)):
            yield _clerks(request, row)
        if "keys" in parts:
            yield _keys(request, row)
        periods = row.memberships.order_by("-period")
        ends = [Moment(_("开始"), "period__lower"), Moment(_("结束"), "period__upper")]
        yield table(_("联盟成员期"), ends, periods, empty=_("从未入盟。"))


def _parts(request: HttpRequest) -> set[str]:
    """What of a merchant the person's role shows besides its stores."""
    parts = {"clerks": Clerk, "keys": TillKey}
    return {name for name, model in parts.items() if screen_of(model).has_view_permission(request)}


def _clerks(request: HttpRequest, merchant: Merchant) -> Section:
    posts = visible_rows(request, Clerk).filter(merchant=merchant, ended_at=None)
    return table(
        _("在任店员"),
        [
            Link(_("姓名"), "user"),
            Choice(_("角色"), "role"),
            Moment(_("任命时间"), "appointed_at"),
        ],
        posts.select_related("user").order_by("pk"),
        empty=_("还没有店员。请先任命一位负责人。"),
    )


def _keys(request: HttpRequest, merchant: Merchant) -> Section:
    keys = visible_rows(request, TillKey).filter(merchant=merchant, revoked_at=None)
    return table(
        _("收银密钥"),
        [
            Link(_("名称"), "name"),
            Column(_("前缀"), lambda key: f"tk_{key.prefix}…"),
            Moment(_("最近使用"), "last_used_at"),
        ],
        keys.order_by("-pk"),
        empty=_("还没有收银密钥，收银台还不能入账。"),
    )


@admin.register(AllianceMembership)
class AllianceMembershipAdmin(MerchantScopedAdmin):
    """When who belonged to the alliance; changed by enrolling and withdrawing."""

    menu = Menu(MERCHANTS, "handshake", 50)
    required_permission = "view_store"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("在商户页面“入盟”后，成员期会出现在这里。")
    since = Moment(gettext_lazy("开始"), "period__lower")
    until = Moment(gettext_lazy("结束"), "period__upper", empty=gettext_lazy("至今"))
    list_display = ["since", "until", "merchant"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["merchant"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["merchant", "since", "until"]

    def name_of(self, row: AllianceMembership) -> str:
        return f"{row.merchant} {self.since(row)}"
