"""Seals: the Merkle root of each day's journal, as it is published."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Digest
from loyalty.settlement.admin.common import SETTLEMENT
from loyalty.settlement.models import JournalSeal


@admin.register(JournalSeal)
class JournalSealAdmin(ReadOnlyAdmin):
    """What is published of the journal; merchants find what they need of it in their papers."""

    menu = Menu(SETTLEMENT, "lock", 70)
    empty_hint = gettext_lazy("每晚封存前一天的流水，封存值可以公布。")
    ordering = ["-day"]
    sortable_by = ()
    root_text = Digest(gettext_lazy("默克尔根"), "root")
    previous_text = Digest(gettext_lazy("上一封存"), "previous")
    hash_text = Digest(gettext_lazy("摘要"), "hash")
    list_display = ["day", "leaves", "root_text", "sealed_at"]
    fields = ["day", "leaves", "root_text", "previous_text", "hash_text", "sealed_at"]
