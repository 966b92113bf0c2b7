"""Whether a member is at the counter."""

from district.kernel import clock
from district.kernel.security.crypto import lookup_hash
from district.merchants import till_secrets
from district.merchants.errors import StoreNotYours, VisitElsewhere, VisitOver, VisitUnknown
from district.merchants.models import Store, Visit
from district.merchants.queries.till import Till


def token_of(seed: bytes) -> str:
    """The visit token that grows from a seed: the same each time, and not to be had from the table."""
    return "vis_" + till_secrets.in_letters(lookup_hash("visit", seed.hex()))


def visit_at(*, visit_token: str, till: Till, store: Store) -> Visit:
    """The visit a token opened at this store, over or not, with its member.

    Raises VisitUnknown, VisitElsewhere, StoreNotYours.
    """
    visits = Visit.objects.select_related("member")
    visit = visits.filter(token_hash=till_secrets.digest(visit_token)).first()
    if visit is None:
        raise VisitUnknown
    if visit.store_id != store.pk:
        raise VisitElsewhere
    if store.public_id not in till.stores:
        raise StoreNotYours
    visit.store = store
    return visit


def require_live(visit: Visit) -> None:
    """Raises VisitOver. A visit is a session at the counter: real time counts, also in a replay."""
    if visit.expires_at <= clock.real_now() or visit.member.closed_at is not None:
        raise VisitOver
