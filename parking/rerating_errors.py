"""What re-rating can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class ReratingVersionInvalid(DomainError):
    code, status, title = "rerating_version_invalid", 400, _("版本有误")
    wording = _("只能更正已发布的版本，并采用同一收费标准的其他版本。")


class ReratingPeriodInvalid(DomainError):
    code, status, title = "rerating_period_invalid", 400, _("时段有误")
    wording = _("入场时段须在该版本的有效期内，且不晚于当前时间。")


class ReratingChangesNothing(DomainError):
    code, title = "rerating_changes_nothing", _("没有需要重新计费的停车")
    wording = _("该时段没有按此版本计费的停车记录，或两个版本内容相同。")


class ReratingTooLarge(DomainError):
    code, title = "rerating_too_large", _("停车记录过多")
    wording = _("一次最多重新计费 {most} 条停车记录，请缩短时段，分次进行。")


class ReratingOverlaps(DomainError):
    code, title = "rerating_overlaps", _("该时段已更正过")
    wording = _("该版本在此时段已有更正，请对更正后的版本重新计费。")


class ReratingEnded(DomainError):
    code, title = "rerating_ended", _("任务已结束")
    wording = _("该任务当前为“{state}”，不能停止。")
