"""A job's answers as a table for a spreadsheet."""

from django.utils.translation import gettext as _

from coupons.issuing.job_limits import CHUNK
from coupons.issuing.models import IssueJob, IssueRow
from coupons.issuing.queries import reason_text, rows_of
from district.kernel.text.sheets import Cell, Table


def issue_results_table(job: IssueJob) -> Table:
    """Line by line."""
    heads = [_("行号"), _("会员"), _("结果"), _("券号"), _("原因代码"), _("原因")]
    return Table(_("逐行结果"), heads, map(_cells, rows_of(job).iterator(chunk_size=CHUNK)))


def _cells(row: IssueRow) -> list[Cell]:
    return [
        row.line,
        row.member.public_id if row.member else "",
        str(row.get_outcome_display()),
        row.coupon.public_id if row.coupon else "",
        row.code,
        str(reason_text(row.code)) if row.code else "",
    ]
