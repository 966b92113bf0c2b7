"""Two members that turn out to be one person: everything that signs in or finds goes to one of them."""

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from district.kernel import audit, clock
from district.kernel.outbox.events import emit
from district.members import personal
from district.members.errors import AccountClosed
from district.members.events import MemberAbsorbed
from district.members.models import Member, ShopperSession, User, WechatIdentity


@transaction.atomic
def absorb_member(*, source: Member, into: Member, reason: str, by: User) -> Member:
    """The member `into` with the source's WeChat accounts, sessions and, where it has none, phone and
    birthday; the source is closed. Whoever comes with the source's WeChat is `into` from now on.

    What was sealed for the source is sealed anew: each member has a key of its own. A phone that
    `into` does not need stays with the closed source, where an operator still finds it.

    Raises AccountClosed when one of the two is closed already.
    """
    # In the order of their numbers, or two merges the other way round would wait for each other.
    rows = {pk: Member.objects.locked(pk) for pk in sorted({source.pk, into.pk})}
    old, new = rows[source.pk], rows[into.pk]
    if old.closed_at is not None or new.closed_at is not None:
        raise AccountClosed
    for identity in WechatIdentity.objects.filter(member=old):
        openid = personal.unseal(old, "openid", identity.openid_sealed)
        identity.member, identity.openid_sealed = new, personal.seal(new, "openid", openid)
        identity.save(update_fields=["member", "openid_sealed"])
    SocialAccount.objects.filter(user=old.user_id).update(user=new.user_id)
    ShopperSession.objects.filter(member=old).update(member=new)
    _move_personal_data(old, new)
    audit.record(
        by=by,
        verb="absorb_member",
        subject=f"members.member:{new.pk}",
        source=old.pk,
        reason=reason,
    )
    emit(MemberAbsorbed(source=old.pk, into=new.pk))
    return new


def _move_personal_data(old: Member, new: Member) -> None:
    """Phone and birthday where they are missing; the source is closed before its phone is another's."""
    phone = personal.read(old, "phone", old.phone_sealed) if new.phone_hash is None else None
    found_by = old.phone_hash
    if phone is not None:
        old.phone_hash = old.phone_sealed = None
    birthday = personal.read(old, "birthday", old.birthday_sealed)
    old.closed_at = max(clock.now(), old.joined_at)
    old.save(update_fields=["closed_at", "phone_hash", "phone_sealed"])
    if phone is not None:
        new.phone_hash, new.phone_sealed = found_by, personal.seal(new, "phone", phone)
    if birthday is not None and new.birthday_sealed is None:
        new.birthday_sealed = personal.seal(new, "birthday", birthday)
    new.save(update_fields=["phone_hash", "phone_sealed", "birthday_sealed"])
