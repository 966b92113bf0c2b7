"""Whether a member is at the counter."""

from district.kernel import clock
from district.kernel.database.postgres import first_row, stored_row
from district.kernel.security.crypto import lookup_hash
from district.members.models import Member
from district.merchants import till_secrets
from district.merchants.errors import StoreNotYours, VisitElsewhere, VisitOver, VisitUnknown
from district.merchants.models import Store, Visit
from district.merchants.queries.till import Till

# Asked at every act with a member at the counter: without the ORM, which would take longer than the ledger itself.
_VISIT = """
    select visit.id, visit.store_id, visit.expires_at, member.id, member.public_id, member.closed_at
    from merchants_visit visit join members_member member on member.id = visit.member_id
    where visit.token_hash = %s
"""


def token_of(seed: bytes) -> str:
    """The visit token that grows from a seed: the same each time, and not to be had from the table."""
    return "vis_" + till_secrets.in_letters(lookup_hash("visit", seed.hex()))


def visit_at(*, visit_token: str, till: Till, store: Store) -> Visit:
    """The visit a token opened at this store, over or not, with its member.

    Raises VisitUnknown, VisitElsewhere, StoreNotYours.
    """
    row = first_row(_VISIT, till_secrets.digest(visit_token))
    if row is None:
        raise VisitUnknown
    pk, store_id, expires_at, member, public_id, closed_at = row
    visit = stored_row(Visit, id=pk, member_id=member, store_id=store_id, expires_at=expires_at)
    visit.member = stored_row(Member, id=member, public_id=public_id, closed_at=closed_at)
    if store_id != store.pk:
        raise VisitElsewhere
    if store.public_id not in till.stores:
        raise StoreNotYours
    visit.store = store
    return visit


def require_live(visit: Visit) -> None:
    """Raises VisitOver. A visit is a session at the counter: real time counts, also in a replay."""
    if visit.expires_at <= clock.real_now() or visit.member.closed_at is not None:
        raise VisitOver
