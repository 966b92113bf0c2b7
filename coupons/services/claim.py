"""Getting a coupon: claimed, exchanged for points, handed out at a counter, issued."""

from datetime import datetime

from django.db import transaction

from coupons import procedures
from coupons.engine.terms import Terms
from coupons.errors import ClaimOver, NotClaimable, NotInAudience
from coupons.models import Coupon, TemplateVersion
from coupons.queries import member_facts_of, version_terms
from coupons.queries.wallet import coupon_result
from coupons.results import CouponResult, VersionSummary
from district.kernel import audit, clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, replay_or_raise
from district.members.models import Member
from district.merchants.models import Visit
from district.merchants.queries import require_live
from loyalty import services as loyalty


def claim_coupon(
    *, version: TemplateVersion | VersionSummary, member: Member, key: Key
) -> CouponResult:
    """Give a member who asks for it the next coupon of a version (抢券), within every limit.

    Repeating the key gives the same coupon, also when all are gone by then.

    Raises BudgetUsedUp, ClaimBusy, DailyClaimLimitReached, ClaimLimitReached, ClaimNotBegun, ClaimOver,
    CouponSoldOut, CouponSoldOutToday, KeyReused, NotClaimable, NotInAudience.
    """
    at, terms = clock.now(), version_terms(version.pk)
    try:
        if not terms.claimable:
            raise NotClaimable
        _require_audience(terms, member, at)
    except DomainError as refusal:
        return _load_result(replay_or_raise(key, refusal))
    coupon, _repeated = _issue(terms, member, Coupon.Source.CLAIM, key, at)
    return coupon


def exchange_coupon(
    *, version: TemplateVersion | VersionSummary, member: Member, key: Key
) -> CouponResult:
    """Buy a coupon for points: both happen, or neither.

    The points land with the template's merchant, a platform template's with the alliance.

    Raises what `claim_coupon` does, and AccountFrozen, InsufficientPoints.
    """
    at, terms = clock.now(), version_terms(version.pk)
    try:
        if terms.points_price is None:
            raise NotClaimable
        _require_audience(terms, member, at)
    except DomainError as refusal:
        return _load_result(replay_or_raise(key, refusal))
    with transaction.atomic():
        coupon, _repeated = _issue(terms, member, Coupon.Source.EXCHANGE, key, at)
        loyalty.exchange_points(
            member=member,
            merchant=terms.merchant or terms.rest_to,
            points=terms.points_price,
            reference=coupon.public_id,
            key=Key.of("coupon exchange", coupon.public_id),
        )
    return coupon


def hand_out_coupon(
    *, version: TemplateVersion | VersionSummary, visit: Visit, actor: str, key: Key
) -> CouponResult:
    """A merchant gives a member at the counter a coupon of its own or one the operator lets it give.

    The limits hold; the conditions of the audience do not, because the merchant sees whom it has
    before it. Raises what `claim_coupon` does but NotInAudience, and VisitOver.
    """
    at, terms = clock.now(), version_terms(version.pk)
    try:
        require_live(visit)
        if not terms.at_counter or terms.merchant not in (None, visit.store.merchant_id):
            raise NotClaimable
    except DomainError as refusal:
        return _load_result(replay_or_raise(key, refusal))
    with transaction.atomic():
        coupon, repeated = _issue(terms, visit.member, Coupon.Source.COUNTER, key, at)
        if not repeated:
            audit.record(verb="hand_out_coupon", subject=f"coupons.coupon:{coupon.pk}", actor=actor)
    return coupon


def issue_coupon(
    *,
    version: TemplateVersion | VersionSummary,
    member: Member,
    source: str,
    key: Key,
    limited: bool = True,
) -> CouponResult:
    """Give a member a coupon nobody asked for: of a list, for a receipt, for an imported code.

    `limited` false leaves the limits of a person aside; stock and budget always hold.

    Raises what `claim_coupon` does but NotClaimable and NotInAudience.
    """
    at, terms = clock.now(), version_terms(version.pk)
    coupon, _repeated = _issue(terms, member, source, key, at, limited=limited)
    return coupon


def _require_audience(terms: Terms, member: Member, at: datetime) -> None:
    """Raises NotInAudience."""
    if not terms.audience:
        return
    missing = terms.audience.missing(member_facts_of(member, terms.audience), at)
    if missing is not None:
        raise NotInAudience(reason=missing)


def _load_result(pk: int) -> CouponResult:
    return coupon_result(Coupon.objects.select_related("leased_to").get(pk=pk))


def _issue(
    terms: Terms,
    member: Member,
    source: str,
    key: Key,
    at: datetime,
    *,
    limited: bool = True,
) -> tuple[CouponResult, bool]:
    """The coupon, of a new key without reading it back; whether the key is a repeated one."""
    try:
        if terms.valid_period(at)[1] <= at:
            raise ClaimOver
    except DomainError as refusal:
        return _load_result(replay_or_raise(key, refusal)), True
    limits = procedures.ClaimLimits(terms.per_member, terms.per_member_day)
    made = procedures.claim(
        terms=terms,
        member=member.pk,
        source=source,
        limits=limits if limited else procedures.ClaimLimits(None, None),
        key=key,
        at=at,
    )
    if made.repeated:
        return _load_result(made.pk), True
    coupon = CouponResult(
        pk=made.pk,
        public_id=made.public_id,
        version=terms.pk,
        source=source,
        state=Coupon.State.LIVE,
        valid_from=made.valid_from,
        valid_until=made.valid_until,
        uses_left=terms.uses,
        value_left_fen=terms.value_fen,
        leased_to=None,
        leased_until=None,
        given_at=None,
        claimed_at=at,
    )
    return coupon, False
