"""What the payer said in free words at WeChat, a person puts into the case."""

from collections.abc import Callable

from django.db import transaction

from credit.complaints import services as complaints
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseFile
from credit.wechat_complaints.errors import ComplaintHasNoCase
from credit.wechat_complaints.models import WechatComplaint
from district.kernel import audit
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User

SHOPPER = CaseActor.SHOPPER


def _accept(case: CaseFile, words: str, key: Key) -> CaseFile:
    return complaints.accept_proposal(case=case, actor=SHOPPER, by=case.shopper.user, key=key)


def _escalate(case: CaseFile, words: str, key: Key) -> CaseFile:
    by = case.shopper.user
    return complaints.escalate_case(case=case, actor=SHOPPER, by=by, note=words, key=key)


def _confirm(case: CaseFile, words: str, key: Key) -> CaseFile:
    return complaints.confirm_remedy(case=case, member=case.shopper, key=key)


def _deny(case: CaseFile, words: str, key: Key) -> CaseFile:
    return complaints.deny_remedy(case=case, member=case.shopper, missing=words, key=key)


def _withdraw(case: CaseFile, words: str, key: Key) -> CaseFile:
    return complaints.withdraw_case(case=case, member=case.shopper, note=words, key=key)


ACTS: dict[str, Callable[[CaseFile, str, Key], CaseFile]] = {
    "accept": _accept,
    "escalate": _escalate,
    "confirm": _confirm,
    "deny": _deny,
    "withdraw": _withdraw,
}


@transaction.atomic
def act_for_payer(
    *, complaint: WechatComplaint, act: str, words: str = "", by: User, key: Key
) -> CaseFile:
    """Do in the case what the payer said at WeChat: accept, escalate, confirm, deny or withdraw. The event is the
    shopper's; the journal says which operator read it out of WeChat.

    Raises ComplaintHasNoCase, and what `complaints.act_on_case` raises.
    """
    if (earlier := claim_key(key)) is not None:
        return CaseFile.objects.get(pk=earlier)
    row = WechatComplaint.objects.select_for_update(no_key=True).get(pk=complaint.pk)
    if row.case is None:
        raise ComplaintHasNoCase
    case = ACTS[act](row.case, words, Key(f"{key.scope}:case", key.key, key.terms))
    audit.record(
        by=by,
        verb="act_for_wechat_payer",
        subject=f"complaints.casefile:{case.pk}",
        act=act,
        seq=case.seq,
    )
    store_result(key, case.pk)
    return case
