"""Merchants: registered, described, let into the alliance, suspended; and all that belongs to one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel import clock
from district.kernel.backoffice import (
    Act,
    ActForm,
    Cell,
    Menu,

    Section,
    moment,
    open_rows,
)
from district.kernel.backoffice.pages import url_of
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.idempotency import Key
from district.merchants import services as merchants
from district.merchants.admin.clerks import Appoint
from district.merchants.admin.keys import IssueKey
from district.merchants.admin.places import NameSearch
from district.merchants.admin.stores import OpenStore
from district.merchants.admin.words import MERCHANTS
from district.merchants.models import AllianceMembership, Clerk, Merchant, Store, TillKey
from district.merchants.queries import is_member
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer
from district.merchants.services.edit_merchant import MerchantDetails, edit_merchant, set_contact


class ContactForm(ActForm):
    contact_name = forms.CharField(label=gettext_lazy("联系人"), max_length=40, required=False)
    contact_phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=30, required=False)


class MerchantForm(ContactForm):
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=80, help_text=gettext_lazy("顾客看到的名字，如品牌名。")
    )
    legal_name = forms.CharField(label=gettext_lazy("登记名称"), max_length=120)
    uscc = forms.CharField(
        label=gettext_lazy("统一社会信用代码"),
        max_length=18,
        required=False,
        validators=[
            RegexValidator(
                r"^[0-9A-HJ-NP-RTUW-Y]{18}\Z", gettext_lazy("应为 18 位数字或大写字母（不含 I、O、S、V、Z）。")
            )
        ],
    )
    field_order = ["once", "name", "legal_name", "uscc", "contact_name", "contact_phone"]

    def clean_uscc(self) -> str | None:
        return self.cleaned_data["uscc"] or None


class SinceForm(ActForm):
    since = forms.DateTimeField(
        label=gettext_lazy("入盟时间"),
        required=False,
        widget=InstantInput,
        help_text=gettext_lazy("留空表示立即。"),
    )


class AtForm(ActForm):
    at = forms.DateTimeField(
        label=gettext_lazy("退盟时间"),
        required=False,
        widget=InstantInput,
        help_text=gettext_lazy("留空表示立即。"),
    )


class ReasonForm(ActForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class OperatorAct(Act):
    """What only operators do."""

    def may(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).operator and request.user.has_perm("merchants.change_merchant")


class Register(OperatorAct):
    name, label, icon = "add", gettext_lazy("登记商户"), "add"
    done = gettext_lazy("商户已登记。接着可以让它入盟、开店、任命负责人。")
    form_class = MerchantForm

    def run(self, request: HttpRequest, row: Any, asked: dict[str, Any], key: Key) -> Merchant:
        return merchants.register_merchant(by=viewer(request).user, key=key, **asked)


class Edit(OperatorAct):
    name, label, icon = "edit", gettext_lazy("修改资料"), "edit"
    done = gettext_lazy("已更新。")
    form_class = MerchantForm

    def initial(self, request: HttpRequest, row: Merchant) -> dict[str, Any]:
        return {name: getattr(row, name) for name in MerchantDetails.__dataclass_fields__}

    def run(self, request: HttpRequest, row: Merchant, asked: dict[str, Any], key: Key) -> None:
        edit_merchant(merchant=row, details=MerchantDetails(**asked), by=viewer(request).user)


class SetContact(Act):
    """What a merchant's owner keeps; operators have the whole form."""

    name, label, icon = "contact", gettext_lazy("修改联系人"), "contact_phone"
    done = gettext_lazy("已更新。")
    form_class = ContactForm

    def may(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        return who.can("edit_merchant") and not who.operator

    def initial(self, request: HttpRequest, row: Merchant) -> dict[str, Any]:
        return {"contact_name": row.contact_name, "contact_phone": row.contact_phone}

    def run(self, request: HttpRequest, row: Merchant, asked: dict[str, Any], key: Key) -> None:
        set_contact(merchant=row, by=viewer(request).user, **asked)


class Enrol(OperatorAct):
    name, label, icon = "enrol", gettext_lazy("入盟"), "handshake"
    explain = gettext_lazy("入盟后，该商户的门店可以发放与收取联盟积分（还需设置积分条款）。")
    done = gettext_lazy("已入盟。")
    form_class = SinceForm

    def fits(self, row: Merchant) -> bool:
        return not _in_alliance(row)

    def run(self, request: HttpRequest, row: Merchant, asked: dict[str, Any], key: Key) -> None:
        merchants.enrol_merchant(merchant=row, by=viewer(request).user, since=asked["since"])


class Withdraw(OperatorAct):
    name, label, icon = "withdraw", gettext_lazy("退盟"), "waving_hand"
    explain = gettext_lazy("退盟后，该商户不再发放与收取积分；会员已得的积分不受影响，清分照旧。")
    danger = True
    done = gettext_lazy("已退盟。")
    form_class = AtForm

    def fits(self, row: Merchant) -> bool:
        return _in_alliance(row)

    def run(self, request: HttpRequest, row: Merchant, asked: dict[str, Any], key: Key) -> None:
        merchants.withdraw_merchant(merchant=row, by=viewer(request).user, at=asked["at"])


class Suspend(OperatorAct):
    name, label, icon = "suspend", gettext_lazy("暂停商户"), "pause_circle"
    explain = gettext_lazy("该商户的收银台立即不能使用，门店从目录中消失，直到恢复。")
    danger = True
    done = gettext_lazy("商户已暂停。")
    form_class = ReasonForm

    def fits(self, row: Merchant) -> bool:
        return row.state == Merchant.State.ACTIVE

    def run(self, request: HttpRequest, row: Merchant, asked: dict[str, Any], key: Key) -> None:
        merchants.suspend_merchant(
            merchant=row, reason=asked["reason"], by=viewer(request).user
        )


class Resume(OperatorAct):
    name, label, icon = "resume", gettext_lazy("恢复商户"), "play_circle"
    explain = gettext_lazy("收银台与目录恢复到暂停之前的样子。")
    done = gettext_lazy("商户已恢复。")

    def fits(self, row: Merchant) -> bool:
        return row.state == Merchant.State.SUSPENDED

    def run(self, request: HttpRequest, row: Merchant, asked: dict[str, Any], key: Key) -> None:
        merchants.resume_merchant(merchant=row, by=viewer(request).user)


def _in_alliance(merchant: Merchant) -> bool:
    return merchant.memberships.filter(period__contains=clock.now()).exists()


@admin.register(Merchant)
class MerchantAdmin(NameSearch, MerchantScopedAdmin):
    menu = Menu(MERCHANTS, "business_center", 10)
    merchant_path, needs = "pk", "view_store"
    operator_may = ("view", "add", "change")
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
    add_act = Register()
    acts = [
        Edit(),
        SetContact(),
        OpenStore(),
        Appoint(),
        IssueKey(),
        Enrol(),
        Resume(),
        Withdraw(),
        Suspend(),
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
        stores = open_rows(request, Store).filter(merchant=row).select_related("venue")
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
                [moment(held.period.lower), moment(held.period.upper)]
                for held in row.memberships.order_by("-period")
            ],
            empty=_("从未入盟。"),
        )


def _parts(request: HttpRequest) -> set[str]:
    """What of a merchant the person's role shows besides its stores."""
    parts = {"clerks": Clerk, "keys": TillKey}
    return {
        name
        for name, model in parts.items()
        if admin.site._registry[model].has_view_permission(request)
    }


def _clerks(request: HttpRequest, merchant: Merchant) -> Section:
    posts = open_rows(request, Clerk).filter(merchant=merchant, ended_at=None)
    return Section(
        title=_("在任店员"),
        headers=[_("姓名"), _("角色"), _("任命时间")],
        rows=[
            [
                Cell(str(post.user), url_of(Clerk, post.pk)),
                post.get_role_display(),
                moment(post.appointed_at),
            ]
            for post in posts.select_related("user").order_by("pk")
        ],
        empty=_("还没有店员。请先任命一位负责人。"),
    )


def _keys(request: HttpRequest, merchant: Merchant) -> Section:
    keys = open_rows(request, TillKey).filter(merchant=merchant, revoked_at=None)
    return Section(
        title=_("收银密钥"),
        headers=[_("名称"), _("前缀"), _("最近使用")],
        rows=[
            [
                Cell(key.name, url_of(TillKey, key.pk)),
                f"tk_{key.prefix}…",
                moment(key.last_used_at),
            ]
            for key in keys.order_by("-pk")
        ],
        empty=_("还没有收银密钥，收银台还不能入账。"),
    )


@admin.register(AllianceMembership)
class AllianceMembershipAdmin(MerchantScopedAdmin):
    """When who belonged to the alliance; changed by enrolling and withdrawing."""

    menu = Menu(MERCHANTS, "handshake", 50)
    merchant_path, needs = "merchant", "view_store"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("在商户页面“入盟”后，成员期会出现在这里。")
    list_display = ["since", "until", "merchant"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["merchant"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["merchant", "since", "until"]

    @admin.display(description=gettext_lazy("开始"))
    def since(self, held: AllianceMembership) -> str:
        return moment(held.period.lower)

    @admin.display(description=gettext_lazy("结束"))
    def until(self, held: AllianceMembership) -> str:
        return moment(held.period.upper) if held.period.upper else _("至今")
