"""A batch's answers as a table for a spreadsheet."""

from django.utils.translation import gettext as _

from district.kernel.text.sheets import Cell, Table
from loyalty.receipt_batches import queries
from loyalty.receipt_batches.models import Batch, RowResult
from loyalty.receipt_batches.texts import reason_in_words


def results_of(batch: Batch) -> Table:
    """Line by line, however many there are."""
    heads = [_("行号"), _("类型"), _("单号"), _("结果"), _("积分"), _("原因代码"), _("原因")]
    return Table(_("逐行结果"), heads, map(_cells, queries.all_results_of(batch)))


def _cells(answer: RowResult) -> list[Cell]:
    return [
        answer.line,
        answer.get_kind_display(),
        answer.number,
        answer.get_state_display(),
        answer.points,
        answer.code,
        reason_in_words(answer.problem or {}),
    ]
