"""What is wrong with a tariff's document, for whoever fills in its form."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from district.documents.reader import DocumentProblem

_WRONG: Final = _("格式不正确。")
TEXTS: Final = {
    "missing": _("请填写。"),
    "not_in_range": _("须在 {detail} 之间。"),
    "not_a_name": _("名称须为 {detail} 个字，不含“/”。"),
    "not_a_season": _("日期格式如 03-15，起止须同时填写。"),
    "name_twice": _("名称“{detail}”重复。"),
    "priced_in_one_way": _("请选择一种计价方式并填写完整。"),
    "overlaps": _("与另一时段重叠。"),
    "not_covered": _("{detail} 不在任何时段内。"),
    "not_ascending": _("须大于上一级的分钟数。"),
    "last_tier_has_no_end": _("最后一级不填“至第几分钟”。"),
    "last_table_is_for_all_other_days": _("最后一张日期表用于其余日期，不选类别和季节。"),
    "only_the_last_table_is_for_all_days": _("请选择日期类别或季节；只有最后一张表可都不选。"),
    "cap_below_unit_price": _("封顶低于一个计费单位的价格。"),
    "cap_below_shorter_cap": _("封顶低于时段封顶或更短时间的封顶。"),
    "deducted_minutes_are_free": _("总是扣除的免费时长，恰好等于时须为免费。"),
}


def problem_text(problem: DocumentProblem) -> str:
    """One sentence in Chinese."""
    return str(TEXTS.get(problem.code, _WRONG)).format(detail=problem.detail)
