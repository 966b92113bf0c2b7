"""A member who has no card at hand tells the phone number, and may earn."""

from django.db import transaction

from district.kernel import audit
from district.members.errors import PhoneNotSupported
from district.members.models import Member
from district.members.queries import member_by_phone
from district.merchants.errors import MemberNotFound
from district.merchants.models import Store
from district.merchants.queries.till import Till


@transaction.atomic
def find_by_phone(*, till: Till, store: Store, phone: str) -> Member:
    """The member with that phone, for earning only; who asked is written down.

    Raises MemberNotFound.
    """
    try:
        member = member_by_phone(phone)
    except PhoneNotSupported:
        raise MemberNotFound from None
    if member is None:
        raise MemberNotFound
    audit.record(
        actor=till.actor,
        verb="find_by_phone",
        subject=f"members.member:{member.pk}",
        store=store.pk,
    )
    return member
