"""Till keys: issued, rotated and revoked; the secret stands on one page, once."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel import clock
from district.kernel.backoffice import Action, ActionForm, Menu
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.registry import screen_of
from district.kernel.backoffice.sections import url_of
from district.kernel.idempotency import Key
from district.merchants import services as merchants
from district.merchants.admin.audit_labels import MERCHANTS
from district.merchants.models import Merchant, Store, TillKey
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer

_LIVES = (90, 180, 365)


class KeyForm(ActionForm):
    """Where a key is good, what its till is called, and how long it lives."""

    name = forms.CharField(
        label=gettext_lazy("收银台名称"),
        max_length=60,
        help_text=gettext_lazy("例如：一楼 1 号收银台"),
    )
    stores = forms.ModelMultipleChoiceField(Store.objects.none(), label=gettext_lazy("可用门店"))
    days = forms.TypedChoiceField(label=gettext_lazy("有效期"), coerce=int, choices=())

    def prepare(self) -> None:
        own_stores = (
            viewer(self.request).stores().filter(merchant=merchant_of(self.request, self.row))
        )
        self.field("stores").queryset = own_stores.order_by("name_key")
        self.field("days").choices = [
            *((days, _("%(days)d 天") % {"days": days}) for days in _LIVES),
            (0, _("长期有效")),
        ]
        self.field("days").initial = _LIVES[-1]


class IssueKey(Action):
    """On a merchant's page, or for a clerk on the list of keys: the merchant is then the own one."""

    name, label, icon = "issue-key", gettext_lazy("签发收银密钥"), "vpn_key"
    explanation = gettext_lazy(
        "密钥代表收银台在所选门店入账与扣减积分。完整密钥只显示一次，请准备好填入收银系统。"
    )
    form_class = KeyForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return may_manage_keys(request, merchant_of(request, row))

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        lives = timedelta(days=cleaned_data["days"])
        issued = merchants.issue_till_key(
            merchant=merchant_of(request, row),  # type: ignore[arg-type]  # may() has seen to it
            stores=cleaned_data["stores"],
            name=cleaned_data["name"],
            by=viewer(request).user,
            key=key,
            expires_at=clock.real_now() + lives if lives else None,
        )
        return render_key_once(request, issued)


class TillKeyAction(Action):
    """Done to a key of which every store is within what the person may act for."""

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        stores = [limit.store_id for limit in row.scope.all()]
        return may_manage_keys(request, row.merchant) and who.acts_for_all(stores)


class RotateKey(TillKeyAction):
    name, label, icon = "rotate", gettext_lazy("更换密钥"), "autorenew"
    explanation = gettext_lazy(
        "签发一把门店相同的新密钥；旧密钥再用 24 小时，供收银台更换。新密钥只显示一次。"
    )

    def is_applicable(self, row: TillKey) -> bool:
        return row.replaced_by_id is None and is_live(row)

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        issued = merchants.rotate_till_key(till_key=row, by=viewer(request).user, key=key)
        return render_key_once(request, issued)


class RevokeKey(TillKeyAction):
    name, label, icon = "revoke", gettext_lazy("吊销密钥"), "key_off"
    explanation = gettext_lazy("使用该密钥的收银台会立即无法入账与扣减，且不能恢复。")
    is_dangerous = True
    success_message = gettext_lazy("密钥已吊销。")
    verb, row_argument = staticmethod(merchants.revoke_till_key), "till_key"

    def is_applicable(self, row: TillKey) -> bool:
        return is_live(row)


def merchant_of(request: HttpRequest, row: Any) -> Merchant | None:
    """The merchant an act is about: the row it stands on, or a clerk's own."""
    if isinstance(row, Merchant):
        return row
    post = viewer(request).post
    return post.merchant if post else None


def may_manage_keys(request: HttpRequest, merchant: Merchant | None) -> bool:
    who = viewer(request)
    return merchant is not None and who.can("manage_keys") and who.owns(merchant)


def is_live(key: TillKey) -> bool:
    over = key.expires_at is not None and key.expires_at <= clock.real_now()
    return key.revoked_at is None and not over


def render_key_once(request: HttpRequest, issued: merchants.IssuedTillKey) -> HttpResponse:
    """The answer to the very POST that made the key: nothing keeps the secret to show it again.

    Like every page of the admin it goes out as `no-store`.
    """
    return render_secret_once(
        request,
        issued.till_key,
        issued.text,
        title=_("新的收银密钥"),
        name=issued.till_key.name,
        system=_("收银系统"),
    )


def render_secret_once(
    request: HttpRequest, row: Model, secret: str | None, *, title: str, name: str, system: str
) -> HttpResponse:
    """A page with a new key's secret, for the people of the `system` that is to have it."""
    context = screen_of(type(row))._context(request, row, title=title)
    words = {"secret": secret, "key_name": name, "system": system}
    key_url = url_of(type(row), row.pk)
    return TemplateResponse(
        request, "district/key_shown.html", context | words | {"key_url": key_url}
    )


@admin.register(TillKey)
class TillKeyAdmin(MerchantScopedAdmin):
    menu = Menu(MERCHANTS, "vpn_key", 40)
    required_permission = "manage_keys"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("收银台要有密钥才能入账与扣减积分；运营人员请在商户页面签发。")
    shown_prefix = Column(gettext_lazy("前缀"), lambda row: f"tk_{row.prefix}…")
    where = Column(
        gettext_lazy("门店"), lambda row: "、".join(store.name for store in row.stores.all())
    )
    issuer = Column(gettext_lazy("签发人"), "created_by")
    list_display = ["name", "shown_prefix", "merchant", "where", "state", "last_used_at"]
    list_filter = [("merchant", ScopedFilter), ("stores", ScopedFilter)]
    list_select_related = ["merchant"]
    search_fields = ["name", "prefix"]
    search_help_text = gettext_lazy("名称或前缀")
    ordering = ["-pk"]
    fields = [
        "name",
        "shown_prefix",
        "merchant",
        "where",
        "state",
        "created_at",
        "issuer",
        "last_used_at",
        "expires_at",
        "revoked_at",
    ]
    add_action = IssueKey()
    row_actions = [RotateKey(), RevokeKey()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TillKey]:
        rows = super().get_queryset(request).prefetch_related("stores", "scope")
        who = viewer(request)
        if who.operator:
            return rows
        # A key that opens a store beyond one's own is not one's to see.
        beyond = TillKey.stores.through.objects.exclude(store__in=who.stores())
        return rows.exclude(pk__in=beyond.values("till_key"))

    @display(
        description=gettext_lazy("状态"),
        label={"有效": "success", "更换中": "warning", "已过期": "", "已吊销": "danger"},
    )
    def state(self, key: TillKey) -> str:
        if key.revoked_at:
            return _("已吊销")
        if not is_live(key):
            return _("已过期")
        return _("更换中") if key.replaced_by_id else _("有效")
