"""Accounts of staff: opened and switched off here; what they may do comes from posts and groups."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel.backoffice import (
    Action,
    ActionForm,
    Menu,
    ReadOnlyAdmin,
    name_actors,
    name_verbs,
)
from district.kernel.backoffice.registry import person
from district.kernel.idempotency import Key
from district.members import queries
from district.members import services as members
from district.members.admin.members import PEOPLE
from district.members.models import User
from district.members.operators import OPERATORS

name_verbs(
    create_staff=gettext_lazy("开通工作人员账号"),
    set_staff_password=gettext_lazy("重置密码"),
    switch_off_staff=gettext_lazy("停用账号"),
    switch_on_staff=gettext_lazy("恢复账号"),
    make_operator=gettext_lazy("设为运营人员"),
    unmake_operator=gettext_lazy("取消运营人员"),
)
name_actors("user", queries.user_names)


class PasswordForm(ActionForm):
    """A password typed twice, held to the rules for passwords."""

    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "至少 8 位，不要用常见密码或纯数字。请当面告知本人，并提醒其登录后修改。"
        ),
    )
    again = forms.CharField(
        label=gettext_lazy("再次输入密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    secret = ("password", "again")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        password = cleaned.get("password")
        if password and password != cleaned.get("again"):
            self.add_error("again", _("两次输入的密码不一致。"))
        return cleaned


class AccountForm(PasswordForm):
    """A new person: how they sign in and what they are called."""

    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    field_order = ["once", "username", "name"]


class OpenAccount(Action):
    name, label, icon = "add", gettext_lazy("开通账号"), "person_add"
    explanation = gettext_lazy("新账号本身没有任何权限：任命为店员后，才能看到所属商户。")
    success_message = gettext_lazy("账号已开通。")
    form_class = AccountForm
    permission = "members.add_user"

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> User:
        return members.create_staff(
            username=cleaned_data["username"],
            name=cleaned_data["name"],
            password=cleaned_data["password"],
            by=person(request),
            key=key,
        )


class StaffAccountAction(Action):
    """Done to somebody else's account; an operator does nothing to another operator's."""

    row_argument = "user"

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        if row.pk == request.user.pk or not request.user.has_perm("members.change_user"):
            return False
        return bool(request.user.is_superuser) or not (row.is_superuser or is_operator(row))


class ResetPassword(StaffAccountAction):
    name, label, icon = "reset-password", gettext_lazy("重置密码"), "key"
    explanation = gettext_lazy("原密码立即失效，该账号在各处的登录也随之退出。")
    success_message = gettext_lazy("密码已重置。")
    form_class = PasswordForm

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        members.set_staff_password(user=row, password=cleaned_data["password"], by=person(request))


class SwitchOff(StaffAccountAction):
    name, label, icon = "switch-off", gettext_lazy("停用账号"), "person_off"
    explanation = gettext_lazy("该账号立即不能登录，已登录的也随之退出；记录保留。")
    is_dangerous = True
    success_message = gettext_lazy("账号已停用。")
    verb = staticmethod(members.switch_off_staff)

    def is_applicable(self, row: User) -> bool:
        return row.is_active


class SwitchOn(StaffAccountAction):
    name, label, icon = "switch-on", gettext_lazy("恢复账号"), "person"
    success_message = gettext_lazy("账号已恢复。")
    verb = staticmethod(members.switch_on_staff)

    def is_applicable(self, row: User) -> bool:
        return not row.is_active


class MakeOperator(Action):
    name, label, icon = "make-operator", gettext_lazy("设为运营人员"), "admin_panel_settings"
    explanation = gettext_lazy("运营人员可以查看和管理整个商圈，请确认此人属于运营机构。")
    success_message = gettext_lazy("已设为运营人员。")
    verb, row_argument = staticmethod(members.make_operator), "user"

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        # Who could make operators could make anybody anything: a right that is not passed on.
        return bool(request.user.is_superuser) and row.pk != request.user.pk

    def is_applicable(self, row: User) -> bool:
        return not is_operator(row) and not row.is_superuser


class UnmakeOperator(MakeOperator):
    name, label, icon = "unmake-operator", gettext_lazy("取消运营人员"), "remove_moderator"
    explanation = gettext_lazy("此人立即失去运营权限，账号仍可登录（若另有职务）。")
    is_dangerous = True
    success_message = gettext_lazy("已取消运营人员。")
    verb = staticmethod(members.unmake_operator)

    def is_applicable(self, row: User) -> bool:
        return is_operator(row)


def is_operator(user: User) -> bool:
    return any(group.name == OPERATORS for group in user.groups.all())


@admin.register(User)
class StaffAdmin(ReadOnlyAdmin):
    """Accounts of staff. Shoppers are not listed: they have no password and no rights to give."""

    menu = Menu(PEOPLE, "badge", 20)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("请先开通账号，再任命为商户店员。")
    list_display = ["username", "name", "part", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["username", "name"]
    search_help_text = gettext_lazy("用户名或姓名")
    ordering = ["username"]
    fields = ["username", "name", "part", "is_active", "last_login", "date_joined"]
    add_action = OpenAccount()
    row_actions = [ResetPassword(), SwitchOff(), SwitchOn(), MakeOperator(), UnmakeOperator()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.filter(kind=User.Kind.STAFF).prefetch_related("groups")

    @display(
        description=gettext_lazy("身份"),
        label={"系统管理员": "danger", "运营人员": "info", "工作人员": ""},
    )
    def part(self, user: User) -> str:
        if user.is_superuser:
            return _("系统管理员")
        return _("运营人员") if is_operator(user) else _("工作人员")
