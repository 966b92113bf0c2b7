"""What people of the district did in the last weeks besides buying: the chapters of the demo's life.

Played once the year of receipts is posted, so that no page an operator, an owner or a clerk opens
first is empty.
"""

from collections.abc import Callable

from django.db import transaction

from district.demo.chapters import (
    corrections,
    cost_shares,
    coupon_weeks,
    holds,
    issue_jobs,
    photos,
    receipt_files,
    reviews,
    settlement_cycles,
    terminals,
)
from district.demo.chapters.context import ChapterContext
from district.demo.models import Chapter
from district.demo.progress import ProgressMeter
from district.kernel import plugin

ChapterFunction = Callable[[ChapterContext], None]
LAST_WEEKS: tuple[tuple[str, ChapterFunction], ...] = (
    ("coupons redeemed over weeks", coupon_weeks.run),
    ("coupons issued to lists and audiences", issue_jobs.run),
    ("bills photographed", photos.run),
    ("files and reconciliations", receipt_files.run),
    ("holds and prefunds", holds.run),
    ("refunds and corrections", corrections.run),
    ("tills without the network", terminals.run),
    ("receipts above a ceiling", reviews.run),
    ("costs shared and budgets changed", cost_shares.run),
)
# They settle what all the others booked.
SETTLEMENT: tuple[tuple[str, ChapterFunction], ...] = (
    ("cycles settled", settlement_cycles.close_months),
    ("payments, disputes and credit notes", settlement_cycles.pay_and_dispute),
    ("days sealed and audited", settlement_cycles.seal_and_audit),
)
# A chapter takes about as long as so many receipts: together a quarter of the whole.
STEPS_PER_CHAPTER = 900


def all_chapters() -> list[tuple[str, ChapterFunction]]:
    """Name and function of every chapter in their order; those of the apps (`DistrictApp.demo`) among them."""
    return [*LAST_WEEKS, *plugin.demo_chapters(), *SETTLEMENT]


def run(context: ChapterContext, meter: ProgressMeter) -> None:
    """Every chapter is run, each whole and once: one that was killed is run from its beginning."""
    played = set(Chapter.objects.values_list("name", flat=True))
    for name, act in all_chapters():
        meter.phase(name)
        if name not in played:
            with transaction.atomic():
                act(context)
                Chapter.objects.create(name=name)
        meter.step(STEPS_PER_CHAPTER)
