"""Marks that members bear, for campaigns to ask for."""

from django.db import transaction

from coupons.errors import TagNotGrantable
from coupons.models import MemberTag
from coupons.queries.member_facts import grantable
from district.kernel import audit, clock, idempotency
from district.kernel.idempotency import Key
from district.members.models import Member
from district.merchants.models import Merchant


@transaction.atomic
def tag_member(
    *, member: Member, tag: str, merchant: Merchant | None, actor: str, key: Key
) -> MemberTag:
    """Give a member a mark, of a merchant (光盘 by a restaurant) or of the operator; once is enough.

    The operator may give any, a merchant those that a campaign asks it for.

    Raises KeyReused, TagNotGrantable.
    """
    earlier = idempotency.claim_key(key)
    if earlier is not None:
        return MemberTag.objects.get(pk=earlier)
    if merchant is not None and tag not in grantable(merchant, clock.now()):
        raise TagNotGrantable(tag=tag)
    mark, _made = MemberTag.objects.get_or_create(
        member=member, tag=tag, merchant=merchant, defaults={"actor": actor, "at": clock.now()}
    )
    audit.record(verb="tag_member", subject=f"members.member:{member.pk}", actor=actor, tag=tag)
    idempotency.store_result(key, mark.pk)
    return mark


@transaction.atomic
def untag_member(*, mark: MemberTag, actor: str) -> None:
    """Take a mark back; coupons that were claimed by it stay. Taken back already, it stays so."""
    gone, _rows = MemberTag.objects.filter(pk=mark.pk).delete()
    if gone:
        audit.record(
            verb="untag_member",
            subject=f"members.member:{mark.member_id}",
            actor=actor,
            tag=mark.tag,
        )
