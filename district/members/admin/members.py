"""Members: found by number, card or full phone; the phone masked, openid and birthday not shown."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import (
    Action,
    ActionForm,
    DayRangeFilter,
    Menu,
    MenuGroup,
    Panel,
    ReadOnlyAdmin,
    Section,
    Tile,
    Tiles,
    dashboard_panels,
    name_actors,
    name_verbs,
)
from district.kernel.backoffice.columns import Column, Moment, table
from district.kernel.backoffice.registry import person
from district.kernel.backoffice.search import ExactSearch
from district.kernel.backoffice.sections import format_instant
from district.kernel.errors import InvalidRequest
from district.kernel.idempotency import Key
from district.members import queries
from district.members import services as members
from district.members.models import Member, ShopperSession

PEOPLE = MenuGroup(gettext_lazy("会员"), order=10)
_SESSIONS = 20

name_verbs(
    bind_phone=gettext_lazy("绑定手机号"),
    look_up_by_phone=gettext_lazy("按手机号查找会员"),
    end_sessions=gettext_lazy("下线会员会话"),
)


name_actors("member", queries.member_names)


class FindByPhoneForm(ActionForm):
    number = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    secret = ("number",)


class FindByPhone(Action):
    """By POST: a phone number belongs in no address bar, and the asking leaves a line."""

    name, label, icon = "find-by-phone", gettext_lazy("按手机号查找"), "phone_iphone"
    explanation = gettext_lazy("须输入完整的手机号。每次查找都会记入操作日志（不记号码）。")
    success_message = gettext_lazy("已找到。")
    form_class = FindByPhoneForm
    permission = "members.view_member"

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Member:
        found_members = members.look_up_by_phone(number=cleaned_data["number"], by=person(request))
        if not found_members:
            raise InvalidRequest(reason=_("没有使用该手机号的会员。"))
        return found_members[0]


class _SessionChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return _("%(created)s 登录，最近使用 %(used)s") % {
            "created": format_instant(obj.created_at),
            "used": format_instant(obj.last_used_at),
        }


class EndSessionsForm(ActionForm):
    sessions = _SessionChoice(ShopperSession.objects.none(), label=gettext_lazy("会话"))

    def prepare(self) -> None:
        live = live_sessions(self.row)
        self.field("sessions").queryset = live
        self.field("sessions").initial = list(live)


class EndSessions(Action):
    name, label, icon = "end-sessions", gettext_lazy("下线会话"), "logout"
    explanation = gettext_lazy("勾选的手机会立即退出登录；会员重新打开小程序即可再次登录。")
    is_dangerous = True
    success_message = gettext_lazy("所选会话已下线。")
    form_class = EndSessionsForm
    permission = "members.change_member"
    verb, row_argument = staticmethod(members.end_sessions), "member"

    def is_applicable(self, row: Member) -> bool:
        return live_sessions(row).exists()


def live_sessions(member: Member) -> QuerySet[ShopperSession]:
    return member.sessions.filter(revoked_at=None, expires_at__gt=clock.real_now()).order_by("-pk")


@admin.register(Member)
class MemberAdmin(ExactSearch, ReadOnlyAdmin):
    """Members, to be found and looked at."""

    menu = Menu(PEOPLE, "group", 10)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("顾客第一次在小程序登录后，会出现在这里。")
    phone = Column(gettext_lazy("手机号"), lambda row: queries.phone_masked(row) or _("未绑定"))
    card_no = Column(gettext_lazy("卡号"), "card_no")
    list_display = ["public_id", "nickname", "phone", "joined_at", "closed_at"]
    list_filter = [("joined_at", DayRangeFilter)]
    exact_fields = ("public_id",)
    search_help_text = gettext_lazy("完整的会员编号或卡号")
    ordering = ["-joined_at", "-pk"]
    sortable_by = ["joined_at"]
    fields = ["public_id", "nickname", "card_no", "phone", "joined_at", "closed_at"]
    row_actions = [EndSessions()]
    list_actions = [FindByPhone()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        rows: QuerySet[Member] = super().get_queryset(request)
        return rows.select_related("key")

    def exact_condition(self, term: str) -> Q:
        return super().exact_condition(term) | queries.has_card_no(term)

    def sections(self, request: HttpRequest, row: Member) -> Iterable[Section]:
        now = clock.real_now()

        def is_live(session: ShopperSession) -> bool:
            return session.revoked_at is None and session.expires_at > now

        columns = [
            Moment(_("登录时间"), "created_at"),
            Moment(_("最近使用"), "last_used_at"),
            Moment(_("到期时间"), "expires_at"),
            Column(
                _("状态"),
                lambda session: _("有效") if is_live(session) else _("已结束"),
                tone=lambda session: "good" if is_live(session) else "quiet",
            ),
        ]
        latest = row.sessions.order_by("-pk")[:_SESSIONS]
        yield table(_("登录会话"), columns, latest, empty=_("没有登录会话。"))


@dashboard_panels(order=50)
def people(request: HttpRequest) -> Iterable[Panel]:
    """How many have joined."""
    if not request.user.has_perm("members.view_member"):
        return
    today = clock.start_of_day(clock.business_day(clock.now()))
    joined = Member.objects.filter(joined_at__gte=today)
    week = Member.objects.filter(joined_at__gte=today - timedelta(days=6))
    address = reverse("admin:members_member_changelist")
    yield Tiles(
        _("会员"),
        [
            Tile(_("会员总数"), f"{Member.objects.open().count():,}", url=address),
            Tile(_("今日入会"), f"{joined.count():,}"),
            Tile(_("近七日入会"), f"{week.count():,}"),
        ],
    )
