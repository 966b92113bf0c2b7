"""Keeping what stays would cost by a draft, for whoever publishes it."""

from dataclasses import asdict

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from parking.errors import TariffVersionPublished
from parking.models import ShadowReport, TariffVersion
from parking.queries.shadow_prices import ShadowPrice, shadow_prices


@transaction.atomic
def save_shadow_report(
    *, draft: TariffVersion, days: int, by: User | None, key: Key
) -> ShadowReport:
    """The shadow prices of now, kept; the same key again gives the same report.

    Raises KeyReused, TariffVersionPublished.
    """
    if (earlier := claim_key(key)) is not None:
        return ShadowReport.objects.get(pk=earlier)
    if draft.state != TariffVersion.State.DRAFT:
        raise TariffVersionPublished
    prices = shadow_prices(draft, days=days, at=clock.now())
    figures = asdict(prices) | {"largest": [_row(price) for price in prices.largest]}
    report = ShadowReport.objects.create(version=draft, sha256=draft.sha256, made_by=by, **figures)
    audit.record(
        by=by,
        verb="save_shadow_report",
        subject=f"parking.tariffversion:{draft.pk}",
        sha256=draft.sha256,
        stays=prices.stays,
    )
    store_result(key, report.pk)
    return report


def _row(price: ShadowPrice) -> list[str | int]:
    return [
        price.stay,
        price.entered_at.isoformat(),
        price.until.isoformat(),
        price.before_fen,
        price.after_fen,
    ]
