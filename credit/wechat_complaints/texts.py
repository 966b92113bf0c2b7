"""What the payer reads in WeChat, at most 200 characters each: no name of a person, no store of another merchant."""

from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import RemedyKind
from credit.complaints.texts import CASE_WISHES
from district.kernel.text.money import format_yuan

LONGEST = 200
_REMEDIES = dict(CASE_WISHES)
ACCEPTED = "您的投诉已受理（编号 {number}），商户将在 48 小时内答复。"
ASKED = "为处理您的投诉，请在此回复以下问题：{words}"
ANSWERED = "商户答复：{words}"
PROPOSED = "商户提出方案：{remedy}。如同意请在此回复“同意”，不同意请说明理由。"
MEDIATION = "您的投诉已转入调解，商圈工作人员将与双方联系。"
AGREED = "双方已达成一致：{remedy}。商户将按约定办理。"
DONE = "商户已按约定办理：{remedy}。如未收到请在此回复。"
DECIDED = "商圈裁定：{words}"
CLOSED = {
    "rejected": "经核实，该投诉不予受理。{words}",
    "merged": "该投诉与您的另一件投诉为同一事项，已合并办理。",
    "withdrawn": "该投诉已撤回。",
    "transferred": "该投诉已移送有关部门处理。{words}",
    "closed_resolved": "该投诉已解决，感谢您的反馈。",
    "closed_deemed": "商户已按约定办理，该投诉已办结。如仍有问题可继续投诉。",
    "closed_unresolved": "双方未能达成一致，您可以拨打 12315 或向人民法院起诉。",
    "closed_not_upheld": "经核实，投诉事项不成立。{words}",
    "closed_abusive": "该投诉已终止办理。",
}


def remedy_text(remedy: CaseRemedy | None) -> str:
    """A remedy in words: 退款 ¥60.00."""
    if remedy is None or remedy.kind is RemedyKind.NONE:
        return "无须补救"
    name = str(_REMEDIES[remedy.kind.value])
    return f"{name} {format_yuan(remedy.amount_fen)}" if remedy.amount_fen else name


def storable(text: str) -> str:
    """What a payer wrote, without what no database keeps: zero characters and halves of letters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def fitting(text: str) -> str:
    """The text as WeChat takes it: 200 characters, no empty end."""
    trimmed = text.strip()
    return trimmed if len(trimmed) <= LONGEST else f"{trimmed[: LONGEST - 1]}…"
