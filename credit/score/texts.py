"""The sentences of an explanation, by their keys, and numbers as people read them.

The one import besides the standard library: the marks of texts that may be translated.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

_PLACES: Final = 1_000_000

Sentence = Callable[[], str]

# Each is asked for when it is shown: in the language of whoever reads it.
SENTENCES: Final[Mapping[str, Sentence]] = {
    "base": lambda: _("没有任何记录的商户从 %(points)s 分开始"),
    "rating": lambda: _("真实消费评价 %(ratings)d 条，平均 %(mean_stars)s 星：%(points)s 分"),
    "burden": lambda: _("成立或经调解的投诉 %(cases)d 件，消费 %(purchases)d 笔：%(points)s 分"),
    "on_time": lambda: _("已办结投诉 %(cases)d 件，按时答复 %(on_time)d 件：%(points)s 分"),
    "satisfaction": lambda: _(
        "消费者评价投诉处理 %(evaluations)d 次，平均 %(mean_stars)s 星：%(points)s 分"
    ),
    "promise": lambda: _("承诺检查 %(checks)d 项，通过 %(passed)d 项：%(points)s 分"),
    "profile": lambda: _("公示资料完整度 %(percent)s%%：%(points)s 分"),
    "penalty_minor": lambda: _("轻微失信记录，还有 %(days_left)d 天：%(points)s 分"),
    "penalty_general": lambda: _("一般失信记录，还有 %(days_left)d 天：%(points)s 分"),
    "penalty_serious": lambda: _("严重失信记录，还有 %(days_left)d 天：%(points)s 分"),
    "penalty_cap": lambda: _("失信记录合计最多扣 %(most_points)d 分：%(points)s 分"),
    "clamping": lambda: _("得分在 0 到 100 之间：%(points)s 分"),
    "limit_insufficient_evidence": lambda: _("记录不足，暂不评级"),
    "limit_low_evidence": lambda: _("记录较少，等级不高于 %(best)s"),
    "limit_unpaid_decision": lambda: _("有处理决定未履行，等级不高于 %(best)s"),
    "limit_missed_remedy": lambda: _("有处理方案逾期未履行，等级不高于 %(best)s"),
    "limit_licence_expired": lambda: _("营业执照已过期，等级暂停"),
    "limit_within_margin": lambda: _("得分越过等级界限不足 %(margin)d 分，暂不按该界限变动"),
    "change_complete_profile": lambda: _("补全公示资料：%(points)s 分"),
    "change_repair_records": lambda: _("修复 %(records)d 条失信记录：%(points)s 分"),
    "change_pass_checks": lambda: _("下一轮检查 %(checks)d 项全部通过：%(points)s 分"),
    "change_answer_cases": lambda: _(
        "接下来 %(cases)d 件投诉都按时答复、自行和解并让消费者满意：%(points)s 分"
    ),
    "change_good_ratings": lambda: _("再有 %(ratings)d 位真实消费者给出五星评价：%(points)s 分"),
    "change_quiet_days": lambda: _("%(days)d 天内没有新的记录：%(points)s 分"),
}


def sentence(key: str, facts: Mapping[str, Any]) -> str:
    return SENTENCES[key]() % facts


def one_decimal(number: Fraction) -> Decimal:
    """Half away from zero, from six places as the score itself."""
    micros = round(number * _PLACES)
    rounded = (Decimal(micros) / _PLACES).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return rounded or abs(rounded)


def signed_points(points: Fraction) -> str:
    """+4.8, -1.8, 0.0"""
    rounded = one_decimal(points)
    return f"{rounded:+}" if rounded else f"{rounded}"
