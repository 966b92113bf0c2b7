"""Marks that members bear, for campaigns to ask for."""

from django.db import transaction

from coupons.models import MemberTag
from district.kernel import audit, clock, idempotency
from district.kernel.idempotency import Key
from district.members.models import Member
from district.merchants.models import Merchant


@transaction.atomic
def tag_member(
    *, member: Member, tag: str, merchant: Merchant | None, actor: str, key: Key
) -> MemberTag:
    """Give a member a mark, of a merchant (光盘 by a restaurant) or of the operator; once is enough.

    Raises KeyReused.
    """
    earlier = idempotency.claim(key)
    if earlier is not None:
        return MemberTag.objects.get(pk=earlier)
    mark, _made = MemberTag.objects.get_or_create(
        member=member, tag=tag, merchant=merchant, defaults={"actor": actor, "at": clock.now()}
    )
    audit.record(verb="tag_member", subject=f"members.member:{member.pk}", actor=actor, tag=tag)
    idempotency.answer(key, mark.pk)
    return mark
