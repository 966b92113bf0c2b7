"""A case on one screen: facts and parties, clocks, timeline, evidence, breaches, notices."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from credit.complaints.admin.common import due_cell, lines
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseClockRow, CaseEventRow, CaseFile
from credit.complaints.queries.case_queue import case_now
from credit.complaints.queries.merchant_view import (
    shopper_as_allowed,
    visible_events,
    visible_evidence,
    without_phones,
)
from credit.complaints.queries.walk_ins import person_of, shopper_name
from credit.complaints.texts import (
    BREACH_TEXTS,
    CASE_ACTORS,
    CASE_OUTCOMES,
    CASE_WISHES,
    REFUSAL_TEXTS,
    STANCE_TEXTS,
    STATED_BY_TEXTS,
    TIP_OFF_TEXTS,
)
from district.kernel.backoffice import Cell, Section, format_instant
from district.kernel.text.money import format_yuan
from district.merchants.scope import viewer

_WISHES, _ACTORS, _OUTCOMES = dict(CASE_WISHES), dict(CASE_ACTORS), dict(CASE_OUTCOMES)
_REASONS = REFUSAL_TEXTS | TIP_OFF_TEXTS


def case_panels(request: HttpRequest, case: CaseFile) -> Iterable[Section]:
    """Everything of the case that the person may see."""
    is_office = viewer(request).operator
    rows = _events(case, is_office=is_office)
    yield facts_panel(case)
    yield parties_panel(case, is_office=is_office)
    yield clocks_panel(case, is_office=is_office)
    yield timeline_panel(rows, is_office=is_office)
    yield _evidence_panel(case, rows, is_office=is_office)
    if is_office:
        yield from _office_panels(case)


def act_panels(request: HttpRequest, case: CaseFile) -> Iterable[Section]:
    """What stands below the form of an act."""
    is_office = viewer(request).operator
    yield facts_panel(case)
    yield clocks_panel(case, is_office=is_office)
    yield timeline_panel(_events(case, is_office=is_office), is_office=is_office)


def facts_panel(file: CaseFile) -> Section:
    case = case_now(file)
    proposal = case.proposal
    return Section(
        _("诉求与事实"),
        [],
        lines(
            [
                (_("类别"), file.get_category_display()),
                (_("诉求"), file.get_wish_display() if file.wish else ""),
                (_("涉及金额"), format_yuan(file.amount_fen) if file.amount_fen else ""),
                (_("实付"), format_yuan(file.paid_fen) if file.paid_fen is not None else ""),
                (_("消费核实"), _proof(file)),
                (_("严重程度"), file.get_severity_display()),
                (_("商户答复"), STANCE_TEXTS.get(case.stance, "")),
                (
                    _("待接受的方案"),
                    proposal and f"{_ACTORS[proposal.side]}：{_remedy(proposal.remedy)}",
                ),
                (_("应履行的方案"), _remedy(case.remedy)),
                (_("认定"), _OUTCOMES.get(file.finding, "")),
                (_("结果"), _OUTCOMES.get(file.outcome, "")),
                (_("已退"), format_yuan(file.refunded_fen) if file.refunded_fen else ""),
                (_("并入"), str(file.merged_into or "")),
            ]
        ),
        empty="",
    )


def _proof(file: CaseFile) -> str:
    if file.is_paper_proof:
        return _("已核对纸质小票")
    return _("已核实") if file.receipt_id else _("未核实，不计入诚信等级")


def parties_panel(case: CaseFile, *, is_office: bool) -> Section:
    seen = shopper_as_allowed(case)
    shopper = shopper_name(case) if is_office else seen["nickname"]
    person = person_of(case) if is_office else None
    number = case.receipt_no if is_office else seen["receipt_no"]
    ending = seen["receipt_ending"]
    return Section(
        _("当事人"),
        [],
        lines(
            [
                (_("消费者"), shopper or _("（匿名）")),
                (_("会员编号"), case.member.public_id if is_office and case.member else ""),
                (_("非会员联系方式"), person and person.masked),
                (_("同一联系方式的案件"), _other_cases(case) if is_office else ""),
                (_("匿名级别"), case.get_anonymity_display()),
                (_("小票号"), number or (ending and _("尾号 %(ending)s") % {"ending": ending})),
                (_("门店"), case.store.name),
                (_("商户"), case.merchant.name),
                (_("来源"), case.get_channel_display()),
            ]
        ),
        empty="",
    )


def _other_cases(case: CaseFile) -> str:
    """The other cases of a person who is no member."""
    if case.walk_in_id is None:
        return ""
    others = CaseFile.objects.filter(walk_in=case.walk_in_id).exclude(pk=case.pk).order_by("-pk")
    return "、".join(other.number for other in others[:5])


def clocks_panel(case: CaseFile, *, is_office: bool) -> Section:
    rows = case.clocks.order_by("stopped_at", "due_at", "name")
    return Section(
        _("期限"),
        [_("期限"), _("应办方"), _("状态"), _("到期")],
        [_clock_cells(row) for row in rows if is_office or row.stopped_at is None],
        empty=_("没有期限。"),
        note=_("暂停期间不计时；恢复后按剩余工作时间顺延。"),
    )


def _clock_cells(row: CaseClockRow) -> list[Any]:
    party = row.get_party_display() if row.party else _("双方")
    if row.stopped_at is not None:
        return [
            row.get_name_display(),
            party,
            Cell(_("已结束"), tone="quiet"),
            format_instant(row.due_at),
        ]
    if row.paused_at is not None:
        paused = _("%(at)s 起暂停") % {"at": format_instant(row.paused_at)}
        return [row.get_name_display(), party, Cell(paused, tone="warn"), _("暂停中")]
    state = _("计时中（日历未公布，暂定）") if row.is_provisional else _("计时中")
    return [row.get_name_display(), party, state, due_cell(row.due_at)]


def timeline_panel(rows: Iterable[CaseEventRow], *, is_office: bool) -> Section:
    return Section(
        _("办理记录"),
        [_("时间"), _("办理方"), _("事项"), _("状态"), _("说明")],
        [_event_cells(row, is_office=is_office) for row in reversed(list(rows))],
        empty=_("没有记录。"),
    )


def _event_cells(row: CaseEventRow, *, is_office: bool) -> list[Any]:
    who = row.get_actor_display()
    if is_office and row.by is not None and row.actor != CaseActor.SHOPPER:
        who = f"{who}（{row.by}）"
    elif is_office and row.payload["details"].get("stated_by"):
        how = str(STATED_BY_TEXTS[row.payload["details"]["stated_by"]])
        who = _("%(who)s（%(how)s告知，%(by)s代录）") % {"who": who, "how": how, "by": row.by}
    elif row.till_id is not None:
        who = _("%(who)s（收银系统）") % {"who": who}
    note = (
        Cell(_("（已删除）"), tone="quiet") if row.note is None else _note(row, is_office=is_office)
    )
    return [format_instant(row.at), who, row.get_action_display(), row.get_to_state_display(), note]


def _note(row: CaseEventRow, *, is_office: bool) -> str:
    reason = str(_REASONS.get(row.reason_code, ""))
    details = row.payload["details"]
    parts = [
        reason,
        str(STANCE_TEXTS.get(details.get("stance", ""), "")),
        str(details.get("rule", "")),
    ]
    if details.get("remedy"):
        parts.append(_remedy(CaseRemedy.of(details["remedy"])))
    note = row.note or ""
    parts.append(note if is_office else without_phones(note))
    return "；".join(part for part in parts if part) or "—"


def _evidence_panel(case: CaseFile, rows: list[CaseEventRow], *, is_office: bool) -> Section:
    pieces = case.evidence.order_by("pk") if is_office else visible_evidence(case, rows)
    return Section(
        _("证据"),
        [_("时间"), _("提供方"), _("内容")],
        [
            [
                format_instant(piece.at),
                piece.get_given_by_display(),
                (piece.words if is_office else without_phones(piece.words)) or _("（已删除）"),
            ]
            for piece in pieces
        ],
        empty=_("双方还没有提供证据。"),
    )


def _office_panels(case: CaseFile) -> Iterable[Section]:
    yield Section(
        _("超时记录"),
        [_("时间"), _("超时"), _("责任方")],
        [
            [
                format_instant(row.at),
                Cell(BREACH_TEXTS.get(row.kind, row.kind), tone="bad"),
                row.get_party_display() if row.party else _("双方"),
            ]
            for row in case.breaches.order_by("-at")
        ],
        empty=_("没有超时。"),
    )
    yield Section(
        _("通知"),
        [_("时间"), _("通知对象"), _("类型"), _("内容")],
        [
            [
                format_instant(row.at),
                row.get_audience_display(),
                row.get_kind_display(),
                row.content,
            ]
            for row in case.notices.order_by("-pk")
        ],
        empty=_("还没有通知。"),
    )


def _events(case: CaseFile, *, is_office: bool) -> list[CaseEventRow]:
    rows = list(case.events.select_related("by").order_by("seq"))
    return rows if is_office else visible_events(rows)


def _remedy(remedy: CaseRemedy | None) -> str:
    if remedy is None:
        return ""
    parts = [str(_WISHES[remedy.kind])]
    if remedy.amount_fen:
        parts.append(format_yuan(remedy.amount_fen))
    if remedy.due_on:
        parts.append(_("%(day)s 前") % {"day": remedy.due_on})
    return " ".join(parts)
