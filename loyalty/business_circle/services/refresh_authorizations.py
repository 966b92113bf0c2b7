"""No notice says that an authorisation was withdrawn: WeChat is asked from time to time."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from district.kernel import attempts, clock
from district.members import queries as members
from district.wechat.pay.business_circle import AuthorizationState, authorization_of
from district.wechat.pay.errors import PayError
from district.wechat.pay_account import has_pay_account, pay_client
from loyalty.business_circle import queries
from loyalty.business_circle.models import Authorization
from loyalty.business_circle.retries import BATCH, RETRIES

ASK_AGAIN = timedelta(days=7)
_WITHDRAWN = {AuthorizationState.UNAUTHORIZED, AuthorizationState.DEAUTHORIZED}
logger = logging.getLogger("district.business_circle")


def refresh_authorizations(*, limit: int = BATCH) -> int:
    """Ask WeChat about authorisations that it was not asked about for a week; how many.

    One that WeChat does not have any more is withdrawn here; a state that we do not know changes nothing.
    """
    if not has_pay_account():
        return 0
    return attempts.make_calls(
        queries.authorizations_to_ask_about(), _ask, max_attempts=RETRIES.max_attempts, limit=limit
    )


def _ask(row: Authorization) -> None:
    openid = members.openid_with_hash(bytes(row.openid_hash))
    if openid is None:
        # The person has left, and the key with them.
        _record(row, state="")
        return
    try:
        found = authorization_of(pay_client(), openid=openid, appid=settings.WECHAT_APPID)
    except PayError as error:
        logger.warning("query failed", extra={"row": row.pk, "error": type(error).__name__})
        _note_failure(row, error)
    else:
        _record(row, state=found.state)


@transaction.atomic
def _record(asked: Authorization, *, state: str) -> None:
    row = _lock(asked)
    # A notice that came while we asked is newer than the answer.
    if row.authorized_at == asked.authorized_at and state in _WITHDRAWN:
        row.state, row.withdrawn_at = Authorization.State.WITHDRAWN, clock.now()
    row.asked_at = clock.now()
    changed = attempts.begin_anew(row, after=ASK_AGAIN)
    row.save(update_fields=["state", "withdrawn_at", "asked_at", *changed])


@transaction.atomic
def _note_failure(asked: Authorization, error: Exception) -> None:
    row = _lock(asked)
    row.save(update_fields=RETRIES.note_failure(row, error))


def _lock(row: Authorization) -> Authorization:
    return Authorization.objects.select_for_update(no_key=True).get(pk=row.pk)
