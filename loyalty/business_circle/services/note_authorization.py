"""A person lets WeChat tell us of payments in member stores: whoever does is a member."""

import contextlib

from django.db import transaction

from district.kernel import attempts, clock
from district.members import services as members
from district.members.errors import AccountClosed
from district.wechat.gateway import WechatSession
from loyalty.business_circle.models import Authorization
from loyalty.business_circle.services.refresh_authorizations import ASK_AGAIN
from loyalty.business_circle.values import ReportedAuthorization


@transaction.atomic
def note_authorization(*, authorization: ReportedAuthorization) -> Authorization:
    """The authorisation as it stands; a person whom we do not know becomes a member.

    Payments that waited for the person are credited by the next run of `credit_waiting_payments`. One that was
    withdrawn stands again, unless the notice is older than the withdrawal.
    """
    person = WechatSession(openid=authorization.openid)
    # One who has left stays away: nothing of theirs is credited.
    with contextlib.suppress(AccountClosed):
        members.sign_up_member(person=person)
    row, is_new = Authorization.objects.select_for_update(no_key=True).get_or_create(
        openid_hash=person.openid_hash,
        defaults={
            "kind": authorization.kind,
            "authorized_at": authorization.authorized_at,
            "next_attempt_at": clock.real_now() + ASK_AGAIN,
        },
    )
    if is_new or authorization.authorized_at <= (row.withdrawn_at or row.authorized_at):
        return row
    row.kind, row.authorized_at = authorization.kind, authorization.authorized_at
    row.state, row.withdrawn_at = Authorization.State.AUTHORIZED, None
    changed = attempts.begin_anew(row, after=ASK_AGAIN)
    row.save(update_fields=["kind", "authorized_at", "state", "withdrawn_at", *changed])
    return row
