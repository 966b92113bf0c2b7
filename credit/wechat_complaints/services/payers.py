"""Who complains at WeChat: a member, or a stand-in for somebody who has not joined, until that person does."""

from django.db import transaction
from django.db.models import QuerySet

from credit.complaints import services as complaints
from credit.wechat_complaints import queries
from credit.wechat_complaints.models import WechatPayer
from district.members import queries as members
from district.members.models import Member
from district.members.services import make_absent_shopper
from district.wechat.gateway import WechatSession

STAND_IN_NAME = "微信投诉人"


def payer_with_openid(openid: str) -> WechatPayer:
    """The payer of an openid, of which only the keyed hash is kept; made once, held until the transaction ends."""
    openid_hash = WechatSession(openid=openid).openid_hash
    WechatPayer.objects.bulk_create([WechatPayer(openid_hash=openid_hash)], ignore_conflicts=True)
    return _locked().get(openid_hash=openid_hash)


@transaction.atomic
def member_of_payer(*, payer: WechatPayer | None) -> Member:
    """The member in whose name a payer's case is filed; the same one each time. Without an openid a stand-in of its own."""
    if payer is None:
        return make_absent_shopper(nickname=STAND_IN_NAME)
    row = _locked().get(pk=payer.pk)
    joined = members.member_with_openid(bytes(row.openid_hash))
    if joined is not None and joined.closed_at is None:
        if row.is_absent:
            assert row.member_id is not None
            complaints.move_cases(source=row.member_id, into=joined.pk)
        row.member, row.is_absent = joined, False
    elif row.member is None:
        row.member, row.is_absent = make_absent_shopper(nickname=STAND_IN_NAME), True
    row.save(update_fields=["member", "is_absent"])
    return row.member


def join_payers() -> int:
    """Payers who have joined since they complained: their cases are the member's from now on; how many."""
    found = list(queries.payers_who_joined())
    for payer in found:
        member_of_payer(payer=payer)
    return len(found)


def move_payers(*, source: int, into: int) -> int:
    """Two members turned out to be one person: the payers of one are the other's. Again: none are left."""
    return WechatPayer.objects.filter(member=source).update(member=into)


def _locked() -> QuerySet[WechatPayer]:
    return WechatPayer.objects.select_for_update(no_key=True, of=("self",)).select_related("member")
