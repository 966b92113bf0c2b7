"""Clerks: appointed and dismissed by those whose role allows it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Action, ActionForm, Menu
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.errors import InvalidRequest
from district.kernel.idempotency import Key
from district.members import services as members
from district.members.models import User
from district.merchants import services as merchants
from district.merchants.admin.audit_labels import MERCHANTS
from district.merchants.admin.keys import merchant_of
from district.merchants.models import Clerk, Merchant, Store
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, Viewer, viewer

ROLE = Clerk.Role


def assignable_roles(who: Viewer) -> list[ROLE]:
    """The roles a person may appoint to and dismiss from; owners are the operator's business."""
    if who.operator:
        return list(ROLE)
    if who.can("appoint_clerks"):
        return [ROLE.MANAGER, ROLE.CASHIER, ROLE.FINANCE]
    return [ROLE.CASHIER] if who.can("appoint_cashiers") else []


class AppointClerkForm(ActionForm):
    """A person, by a new account or one they have already, and what they are to do where."""

    role = forms.ChoiceField(label=gettext_lazy("角色"))
    stores = forms.ModelMultipleChoiceField(
        Store.objects.none(),
        label=gettext_lazy("限定门店"),
        required=False,
        help_text=gettext_lazy("不勾选表示该商户的全部门店。"),
    )
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60, required=False)
    password = forms.CharField(
        label=gettext_lazy("初始密码"),
        max_length=128,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "为新账号设置；使用此人已有的账号时留空。请当面告知，并提醒登录后修改。"
        ),
    )
    secret = ("password",)

    def prepare(self) -> None:
        who = viewer(self.request)
        self.field("role").choices = [(role.value, role.label) for role in assignable_roles(who)]
        own_stores = who.stores().filter(merchant=merchant_of(self.request, self.row))
        stores = self.field("stores")
        stores.queryset = own_stores.order_by("name_key")
        if who.is_store_limited:
            stores.required, stores.help_text = True, ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("password") and not cleaned.get("name"):
            self.add_error("name", _("新账号需要填写姓名。"))
        return cleaned


class AppointClerk(Action):
    name, label, icon = "appoint", gettext_lazy("任命店员"), "person_add"
    explanation = gettext_lazy("店员登录后台后只能看到本商户。一个账号同时只能有一个职务。")
    success_message = gettext_lazy("已任命。")
    form_class = AppointClerkForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who, merchant = viewer(request), merchant_of(request, row)
        return merchant is not None and who.owns(merchant) and bool(assignable_roles(who))

    @transaction.atomic
    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Clerk:
        who, merchant = viewer(request), merchant_of(request, row)
        assert merchant is not None
        if cleaned_data["password"]:
            user = members.create_staff(
                username=cleaned_data["username"],
                name=cleaned_data["name"],
                password=cleaned_data["password"],
                by=who.user,
                key=key,
            )
        else:
            user = _find_person(who, merchant, cleaned_data["username"])
        return merchants.appoint_clerk(
            user=user,
            merchant=merchant,
            role=ROLE(cleaned_data["role"]),
            by=who.user,
            stores=list(cleaned_data["stores"]),
        )


class DismissClerk(Action):
    name, label, icon = "dismiss", gettext_lazy("离任"), "person_remove"
    explanation = gettext_lazy("此人立即看不到本商户的任何数据；账号与历史记录保留。")
    is_dangerous = True
    success_message = gettext_lazy("已离任。")
    verb, row_argument = staticmethod(merchants.dismiss_clerk), "clerk"

    def is_allowed(self, request: HttpRequest, row: Clerk) -> bool:
        who = viewer(request)
        within = who.owns(row.merchant) and ROLE(row.role) in assignable_roles(who)
        return within and row.user_id != who.user.pk and _covers_clerk(who, row)

    def is_applicable(self, row: Clerk) -> bool:
        return row.ended_at is None


def _find_person(who: Viewer, merchant: Merchant, username: str) -> User:
    """Somebody with an account. A merchant finds only people who have worked there before.

    Raises InvalidRequest alike for all others, so that nobody can feel for foreign names.
    """
    people = User.objects.staff().filter(username__iexact=username)
    if not who.operator:
        people = people.filter(posts__merchant=merchant)
    person = people.first()
    if person is None:
        raise InvalidRequest(reason=_("没有可任命的账号，请填写初始密码以开通新账号。"))
    return person


def _covers_clerk(who: Viewer, clerk: Clerk) -> bool:
    """Who is limited to some stores decides only over people limited to those."""
    if not who.is_store_limited:
        return True
    stores = [limit.store_id for limit in clerk.limits.all()]
    return bool(stores) and who.acts_for_all(stores)


@admin.register(Clerk)
class ClerkAdmin(MerchantScopedAdmin):
    menu = Menu(MERCHANTS, "groups", 30)
    required_permission = "appoint_cashiers"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("任命店员后，他们可以登录后台；运营人员请在商户页面任命。")
    person = Column(gettext_lazy("姓名"), "user")
    username = Column(gettext_lazy("用户名"), "user__username")
    role_label = Choice(gettext_lazy("角色"), "role")
    where = Column(
        gettext_lazy("门店"),
        lambda row: "、".join(store.name for store in row.stores.all()) or _("全部门店"),
    )
    state = Column(
        gettext_lazy("状态"),
        lambda row: _("已离任") if row.ended_at else _("在任"),
        tones={"在任": "success", "已离任": ""},
    )
    list_display = [
        "person",
        "username",
        "merchant",
        "role_label",
        "where",
        "state",
        "appointed_at",
    ]
    list_filter = [("merchant", ScopedFilter), "role"]
    list_select_related = ["merchant", "user"]
    search_fields = ["user__username", "user__name"]
    search_help_text = gettext_lazy("用户名或姓名")
    ordering = [F("ended_at").desc(nulls_first=True), "-pk"]
    sortable_by = ["appointed_at"]
    fields = [
        "person",
        "username",
        "merchant",
        "role_label",
        "where",
        "state",
        "appointed_at",
        "ended_at",
    ]
    add_action = AppointClerk()
    row_actions = [DismissClerk()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clerk]:
        return super().get_queryset(request).prefetch_related("stores", "limits")
