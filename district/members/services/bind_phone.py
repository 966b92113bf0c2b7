"""Binding the phone number WeChat vouches for."""

from django.db import IntegrityError, transaction

from district.kernel import audit, idempotency
from district.kernel.idempotency import Key
from district.members import personal, phones
from district.members.errors import AccountClosed, PhoneAlreadyBound
from district.members.models import Member
from district.wechat.client import gateway
from district.wechat.errors import PhoneCodeUsed


def bind_phone(*, member: Member, code: str, key: Key) -> Member:
    """The member with the number behind a getPhoneNumber code, instead of any earlier one.

    WeChat is asked before the transaction and only by a key that has no answer yet, so a repeat
    does not need the code, which is spent.

    Raises PhoneCodeInvalid, PhoneCodeUsed, WechatBusy, WechatUnavailable, WechatMisconfigured,
    PhoneNotSupported, PhoneAlreadyBound, AccountClosed, KeyReused.
    """
    if _was_done_before(key):
        return Member.objects.get(pk=member.pk)
    try:
        wechat_phone = gateway().phone_for(code, _openid_of(member))
    except PhoneCodeUsed:
        # Perhaps by a twin of this request, a moment ago.
        if _was_done_before(key):
            return Member.objects.get(pk=member.pk)
        raise
    try:
        return _bind(member, phones.normalised(wechat_phone.number, wechat_phone.country), key)
    except IntegrityError as clash:
        if "phone_of_one_open_member" not in str(clash):
            raise
        raise PhoneAlreadyBound from None


def _openid_of(member: Member) -> str | None:
    """The openid a code must belong to; None when the member came with several WeChat accounts.

    Which of them holds the phone now, the session does not say.
    """
    identities = list(member.identities.all()[:2])
    if len(identities) != 1:
        return None
    return personal.unseal(member, "openid", identities[0].openid_sealed)


@transaction.atomic
def _bind(member: Member, number: str, key: Key) -> Member:
    repeated = idempotency.claim_key(key) is not None
    bound = Member.objects.locked(member.pk)
    if repeated:
        return bound
    if bound.closed_at is not None:
        raise AccountClosed
    found_by = phones.phone_hash(number)
    if Member.objects.open().filter(phone_hash=found_by).exclude(pk=bound.pk).exists():
        raise PhoneAlreadyBound
    bound.phone_hash = found_by
    bound.phone_sealed = personal.seal(bound, "phone", number)
    bound.save(update_fields=["phone_hash", "phone_sealed"])
    audit.record(
        verb="bind_phone", subject=f"members.member:{bound.pk}", actor=f"member:{bound.pk}"
    )
    idempotency.store_result(key, bound.pk)
    return bound


def _was_done_before(key: Key) -> bool:
    """Whether an earlier request with this key went through. Raises KeyReused for other terms."""
    with transaction.atomic():
        answered = idempotency.claim_key(key) is not None
        # Only a look: the key is claimed for good together with the work, after WeChat has spoken.
        transaction.set_rollback(True)
    return answered
