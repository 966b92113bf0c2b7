"""A member shows the card at a counter."""

import secrets
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from district.kernel import clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members import services as members
from district.merchants import till_secrets
from district.merchants.errors import StoreIsClosed, StoreNotInAlliance
from district.merchants.models import Store, Visit
from district.merchants.queries.till import Till
from district.merchants.queries.visits import token_of

VISIT_LIFETIME = timedelta(minutes=10)


class OpenedVisit(NamedTuple):
    """A visit and the token that spends within it."""

    visit: Visit
    token: str


@transaction.atomic
def open_visit(*, till: Till, store: Store, code: str, key: Key) -> OpenedVisit:
    """Use a card code up and open a visit; the same key gives the same visit and the same token.

    Raises StoreIsClosed, StoreNotInAlliance, TokenInvalid, TokenExpired, TokenUsed, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        visit = Visit.objects.select_related("member").get(pk=earlier)
        return OpenedVisit(visit, token_of(bytes(visit.seed)))
    if store.state == Store.State.CLOSED:
        raise StoreIsClosed
    if not till.in_alliance:
        raise StoreNotInAlliance
    member = members.use_card_code(code=code)
    seed, now = secrets.token_bytes(16), clock.real_now()
    token = token_of(seed)
    visit = Visit.objects.create(
        member=member,
        store=store,
        till_key_id=till.key_id,
        seed=seed,
        token_hash=till_secrets.digest(token),
        opened_at=now,
        expires_at=now + VISIT_LIFETIME,
    )
    store_result(key, visit.pk)
    return OpenedVisit(visit, token)
