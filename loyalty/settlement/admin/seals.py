"""Seals: the Merkle root of each day's journal, as it is published."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Menu, ReadOnlyAdmin
from loyalty.settlement.admin.common import SETTLEMENT
from loyalty.settlement.models import JournalSeal


@admin.register(JournalSeal)
class JournalSealAdmin(ReadOnlyAdmin):
    """What is published of the journal; merchants find what they need of it in their papers."""

    menu = Menu(SETTLEMENT, "lock", 70)
    empty_hint = gettext_lazy("每晚封存前一天的流水，封存值可以公布。")
    ordering = ["-day"]
    sortable_by = ()
    list_display = ["day", "leaves", "root_text", "sealed_at"]
    fields = ["day", "leaves", "root_text", "previous_text", "hash_text", "sealed_at"]

    @admin.display(description=gettext_lazy("默克尔根"))
    def root_text(self, row: JournalSeal) -> str:
        return bytes(row.root).hex()

    @admin.display(description=gettext_lazy("上一封存"))
    def previous_text(self, row: JournalSeal) -> str:
        return bytes(row.previous).hex()

    @admin.display(description=gettext_lazy("摘要"))
    def hash_text(self, row: JournalSeal) -> str:
        return bytes(row.hash).hex()
