"""Merchants, and all that belongs to one."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel import clock
from district.kernel.backoffice import Cell, Menu, Section, format_instant, visible_rows
from district.kernel.backoffice.registry import screen_of
from district.kernel.backoffice.sections import url_of
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
    merchant_path, required_permission = "pk", "view_store"
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("登记商户之后，才能开店、任命店员、签发收银密钥。")
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

    @display(description=gettext_lazy("联盟"), label={"联盟成员": "info", "未入盟": ""})
    def alliance(self, merchant: Any) -> str:
        return _("联盟成员") if merchant.in_alliance else _("未入盟")

    @display(description=gettext_lazy("状态"), label={"正常": "success", "暂停": "danger"})
    def state_label(self, merchant: Merchant) -> str:
        return merchant.get_state_display()

    def sections(self, request: HttpRequest, row: Merchant) -> Iterable[Section]:
        stores = visible_rows(request, Store).filter(merchant=row).select_related("venue")
        yield Section(
            title=_("门店"),
            headers=[_("名称"), _("场所"), _("状态")],
            rows=[
                [
                    Cell(store.name, url_of(Store, store.pk)),
                    store.venue.name,
                    store.get_state_display(),
                ]
                for store in stores.order_by("name_key")
            ],
            empty=_("还没有门店。"),
        )
        if "clerks" in (parts := _parts(request)):
            yield _clerks(request, row)
        if "keys" in parts:
            yield _keys(request, row)
        yield Section(
            title=_("联盟成员期"),
            headers=[_("开始"), _("结束")],
            rows=[
                [format_instant(membership.period.lower), format_instant(membership.period.upper)]
                for membership in row.memberships.order_by("-period")
            ],
            empty=_("从未入盟。"),
        )


def _parts(request: HttpRequest) -> set[str]:
    """What of a merchant the person's role shows besides its stores."""
    parts = {"clerks": Clerk, "keys": TillKey}
    return {name for name, model in parts.items() if screen_of(model).has_view_permission(request)}


def _clerks(request: HttpRequest, merchant: Merchant) -> Section:
    posts = visible_rows(request, Clerk).filter(merchant=merchant, ended_at=None)
    return Section(
        title=_("在任店员"),
        headers=[_("姓名"), _("角色"), _("任命时间")],
        rows=[
            [
                Cell(str(post.user), url_of(Clerk, post.pk)),
                post.get_role_display(),
                format_instant(post.appointed_at),
            ]
            for post in posts.select_related("user").order_by("pk")
        ],
        empty=_("还没有店员。请先任命一位负责人。"),
    )


def _keys(request: HttpRequest, merchant: Merchant) -> Section:
    keys = visible_rows(request, TillKey).filter(merchant=merchant, revoked_at=None)
    return Section(
        title=_("收银密钥"),
        headers=[_("名称"), _("前缀"), _("最近使用")],
        rows=[
            [
                Cell(key.name, url_of(TillKey, key.pk)),
                f"tk_{key.prefix}…",
                format_instant(key.last_used_at),
            ]
            for key in keys.order_by("-pk")
        ],
        empty=_("还没有收银密钥，收银台还不能入账。"),
    )


@admin.register(AllianceMembership)
class AllianceMembershipAdmin(MerchantScopedAdmin):
    """When who belonged to the alliance; changed by enrolling and withdrawing."""

    menu = Menu(MERCHANTS, "handshake", 50)
    merchant_path, required_permission = "merchant", "view_store"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("在商户页面“入盟”后，成员期会出现在这里。")
    list_display = ["since", "until", "merchant"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["merchant"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["merchant", "since", "until"]

    def name_of(self, row: AllianceMembership) -> str:
        return f"{row.merchant} {self.since(row)}"

    @admin.display(description=gettext_lazy("开始"))
    def since(self, membership: AllianceMembership) -> str:
        return format_instant(membership.period.lower)

    @admin.display(description=gettext_lazy("结束"))
    def until(self, membership: AllianceMembership) -> str:
        return format_instant(membership.period.upper) if membership.period.upper else _("至今")
