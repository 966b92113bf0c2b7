"""Terms: what a merchant grants for a payment and owes for a point, from an instant on."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from district.kernel import audit
from district.kernel.database.postgres import translate_database_errors
from district.members.models import User
from district.merchants.models import Merchant
from loyalty.errors import TermsOverlap
from loyalty.models import MerchantTerms


@dataclass(frozen=True)
class EarningTerms:
    """`earn_points` for every `earn_per_fen` paid; the price in thousandths of a fen; life in months.

    Points wait `pending_days` before they can be spent; of what is settled for points the merchant
    accepts, the alliance keeps `redeem_fee_bp` hundredths of a percent.
    """

    earn_points: int = 1
    earn_per_fen: int = 100
    price_milli_fen: int = 1000
    validity_months: int = 24
    pending_days: int = 0
    redeem_fee_bp: int = 0


@transaction.atomic
def set_terms(
    *, merchant: Merchant, earning_terms: EarningTerms, start: datetime, by: User | None = None
) -> MerchantTerms:
    """New terms from `start` on; those in force end there. The same terms and start change nothing.

    Raises TermsOverlap when terms that begin at `start` or later exist already, TermsSettled when
    `start` lies before the end of a closed settlement cycle.
    """
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    later = MerchantTerms.objects.filter(merchant=merchant, valid__startswith__gte=start)
    if (found := later.order_by("-valid__startswith").first()) is not None:
        if found.valid.lower == start and all(
            getattr(found, name) == value for name, value in asdict(earning_terms).items()
        ):
            return found
        raise TermsOverlap(earliest=found.valid.lower.isoformat())
    with translate_database_errors():
        for current in MerchantTerms.objects.filter(merchant=merchant, valid__contains=start):
            current.valid = DateTimeTZRange(current.valid.lower, start)
            current.save(update_fields=["valid"])
        terms = MerchantTerms.objects.create(
            merchant=merchant, valid=DateTimeTZRange(start, None), **asdict(earning_terms)
        )
    audit.record(
        verb="set_terms",
        subject=f"loyalty.merchantterms:{terms.pk}",
        by=by,
        **asdict(earning_terms),
    )
    return terms
