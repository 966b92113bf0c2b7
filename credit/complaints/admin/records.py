"""超时记录 and 案件通知: what the clocks and events of all cases left behind."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from credit.complaints.admin.common import COMPLAINTS
from credit.complaints.models import CaseBreach, CaseNotice
from district.kernel.backoffice import DayRangeFilter, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Choice, Column, Moment


@admin.register(CaseBreach)
class CaseBreachAdmin(ReadOnlyAdmin):
    menu = Menu(COMPLAINTS, "timer_off", 20)
    empty_hint = gettext_lazy("应办方没有在期限内办理时，会记在这里。")
    ordering = ["-at", "-pk"]
    sortable_by = ()
    number = Column(gettext_lazy("案件"), "case__number")
    store_name = Column(gettext_lazy("门店"), "case__store__name")
    kind_text = Column(gettext_lazy("超时"), "kind_text")
    party_label = Choice(gettext_lazy("责任方"), "party")
    moment = Moment(gettext_lazy("到期时间"), "at")
    list_display = ["number", "kind_text", "party_label", "store_name", "moment"]
    list_filter = ["clock", "party", ("at", DayRangeFilter)]
    list_select_related = ["case__store"]
    fields = ["number", "store_name", "kind_text", "party_label", "round", "moment"]


@admin.register(CaseNotice)
class CaseNoticeAdmin(ReadOnlyAdmin):
    menu = Menu(COMPLAINTS, "notifications", 22)
    empty_hint = gettext_lazy("案件有进展、将到期或超时时，通知会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    number = Column(gettext_lazy("案件"), "case__number")
    audience_label = Choice(gettext_lazy("通知对象"), "audience")
    kind_label = Choice(gettext_lazy("类型"), "kind", {"超时": "danger", "到期提醒": "warning"})
    content = Column(gettext_lazy("内容"), "content")
    list_display = ["number", "audience_label", "kind_label", "content", "at"]
    list_filter = ["audience", "kind", ("at", DayRangeFilter)]
    list_select_related = ["case"]
    fields = ["number", "audience_label", "kind_label", "content", "at", "due_at"]
