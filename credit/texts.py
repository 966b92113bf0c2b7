"""Sentences of public pages and screens."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from django.utils.translation import gettext_lazy as _

from credit.values import CodeStatus, LicenceStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class StatusText:
    """What the page says of a code: a mark that needs no colour, a heading, and what to do."""

    mark: str
    tone: str
    heading: "StrOrPromise"
    advice: "StrOrPromise"

    @classmethod
    def unknown(cls) -> Self:
        return cls(
            "✕",
            "bad",
            _("这不是本商圈的诚信码"),
            _("本商圈没有发过这个码。请勿据此付款，并告知服务台。"),
        )


STATUS_TEXTS: Final = {
    CodeStatus.VALID: StatusText(
        "✓", "good", _("诚信码有效"), _("请核对下面的店名与位置是否就是您所在的门店。")
    ),
    CodeStatus.SIGNATURE_WRONG: StatusText(
        "✕",
        "bad",
        _("签名不符，可能是仿制码"),
        _("这个码不是本商圈印制的原码。请勿据此付款，并扫描收银台上的原码或告知服务台。"),
    ),
    CodeStatus.REVOKED: StatusText(
        "✕", "bad", _("诚信码已吊销"), _("这个码已停用，门店不应再张贴。投诉渠道仍然有效。")
    ),
    CodeStatus.ROTATED: StatusText(
        "!", "warn", _("这是旧码"), _("门店已换用新码，请扫描新码查看最新情况。")
    ),
    CodeStatus.STORE_CLOSED: StatusText(
        "!", "warn", _("门店已闭店"), _("该门店已停止营业。此前的消费仍可投诉。")
    ),
    CodeStatus.MERCHANT_SUSPENDED: StatusText(
        "!", "warn", _("商户已暂停"), _("该商户在本商圈的经营已暂停。此前的消费仍可投诉。")
    ),
}


LICENCE_TEXTS: Final = {
    LicenceStatus.UNVERIFIED: _("尚未核验"),
    LicenceStatus.VALID: _("✓ 已核验，在有效期内"),
    LicenceStatus.NOT_YET_VALID: _("! 尚未生效"),
    LicenceStatus.EXPIRED: _("✕ 已过期"),
}

# What complaints are about, by the word that facts of credit carry.
CASE_CATEGORIES = [
    ("quality", _("商品质量")),
    ("price", _("价格与计量")),
    ("advertising", _("虚假宣传")),
    ("contract", _("合同与预付卡")),
    ("after_sales", _("售后与退换")),
    ("service", _("服务态度")),
    ("safety", _("食品与人身安全")),
    ("fraud", _("欺诈")),
    ("privacy", _("个人信息")),
    ("other", _("其他")),
    ("retaliation", _("打击报复")),
]

FACT_TEXTS: Final = {
    "inspection": _("巡查结果"),
    "rating": _("消费评价"),
    "case": _("投诉结果"),
}

# Why an outcome counts nothing, by the word that complaints give.
UNCOUNTED_REASONS = {
    "tip_off": _("举报"),
    "open": _("办理中"),
    "unverified": _("没有关联消费"),
    "merged": _("已并案"),
    "rejected": _("不予受理"),
    "transferred": _("已移交"),
}
