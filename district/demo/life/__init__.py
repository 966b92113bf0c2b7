"""What people of the district did in the last weeks besides buying: the chapters of the demo's life.

Played once the year of receipts is posted, so that no page an operator, an owner or a clerk opens
first is empty.
"""

from collections.abc import Callable

from django.db import transaction

from district.demo.life import (
    corrections,
    coupon_weeks,
    files,
    holds,
    issues,
    photos,
    reviews,
    settling,
    sharing,
    terminals,
)
from district.demo.life.scene import Scene
from district.demo.models import Chapter
from district.demo.progress import Meter

Act = Callable[[Scene], None]
CHAPTERS: tuple[tuple[str, Act], ...] = (
    ("coupons redeemed over weeks", coupon_weeks.play),
    ("coupons issued to lists and audiences", issues.play),
    ("bills photographed", photos.play),
    ("files and reconciliations", files.play),
    ("holds and prefunds", holds.play),
    ("refunds and corrections", corrections.play),
    ("tills without the network", terminals.play),
    ("receipts above a ceiling", reviews.play),
    ("costs shared and budgets changed", sharing.play),
    ("cycles settled", settling.close_months),
    ("payments, disputes and credit notes", settling.pay_and_dispute),
    ("days sealed and audited", settling.seal_and_audit),
)
# A chapter takes about as long as so many receipts: together a quarter of the whole.
PER_CHAPTER = 900


def play(scene: Scene, meter: Meter) -> None:
    """Every chapter is played, each whole and once: one that was killed is played from its beginning."""
    played = set(Chapter.objects.values_list("name", flat=True))
    for name, act in CHAPTERS:
        meter.phase(name)
        if name not in played:
            with transaction.atomic():
                act(scene)
                Chapter.objects.create(name=name)
        meter.step(PER_CHAPTER)
