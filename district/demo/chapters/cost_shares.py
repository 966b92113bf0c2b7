"""Merchants asked to bear a part of a coupon, who agree, decline or have yet to answer; budgets changed by two."""

from datetime import timedelta

from coupons import services as coupons
from coupons.models import ShareConsent, TemplateVersion
from district.demo.chapters.context import ChapterContext, key_of
from district.kernel import clock
from district.members.models import User
from district.merchants.models import Merchant

CLAIM_DAYS = 60
FIRST_FEN, SECOND_FEN, THIRD_FEN = 2_000_000, 2_600_000, 3_200_000


def run(context: ChapterContext) -> None:
    """Everything in the order of time."""
    _publish_after_agreement(context)
    _change_budget(context)
    _decline_share(context)
    _request_consent(context)


def _publish_after_agreement(context: ChapterContext) -> None:
    """A platform coupon that both steady merchants help to pay for, published once both agreed."""
    first, second = context.main_merchants
    with context.travel_to(16, 14):
        version = _submit_version(
            "会员日满减",
            None,
            [(None, 5_000), (first.merchant, 2_500), (second.merchant, 2_500)],
            by=context.second_operator,
        )
    for number, counter in enumerate(context.main_merchants):
        with context.travel_to(15, 10 + number):
            consent = ShareConsent.objects.get(version=version, merchant=counter.merchant)
            coupons.agree_to_share(consent=consent, by=context.owner_of(counter))
    with context.travel_to(15, 16):
        coupons.approve_version(version=version, by=context.operator, note="两家均已同意。")


def _change_budget(context: ChapterContext) -> None:
    """Raised once by two people; another raise waits for the first operator."""
    evening = TemplateVersion.objects.get(template__name="夜间餐饮八五折", state="published")
    with context.travel_to(14, 11):
        change = coupons.propose_budget_change(
            version=evening,
            budget_was_fen=FIRST_FEN,
            budget_fen=SECOND_FEN,
            reason="参加活动的门店增加，按周用量追加。",
            by=context.operator,
            key=key_of("budget of coupon", 0),
        )
    with context.travel_to(13, 9, 30):
        coupons.decide_budget_change(
            change=change, approve=True, by=context.second_operator, note="与财务核对过余额。"
        )
    with context.travel_to(0, 18):
        coupons.propose_budget_change(
            version=evening,
            budget_was_fen=SECOND_FEN,
            budget_fen=THIRD_FEN,
            reason="近两周核销加快，预计下月初用完。",
            by=context.second_operator,
            key=key_of("budget of coupon", 1),
        )


def _decline_share(context: ChapterContext) -> None:
    """The demo's owner finds its part too large."""
    counter = context.main_merchants[0]
    with context.travel_to(8, 15):
        version = _submit_version(
            "亲子周末满减",
            None,
            [(None, 4_000), (counter.merchant, 6_000)],
            by=context.second_operator,
        )
    with context.travel_to(7, 10):
        consent = ShareConsent.objects.get(version=version, merchant=counter.merchant)
        coupons.decline_share(consent=consent, by=context.owner_of(counter))


def _request_consent(context: ChapterContext) -> None:
    """The second merchant drafts a coupon for both; the demo's owner has yet to answer."""
    first, second = context.main_merchants
    with context.travel_to(0, 17):
        _submit_version(
            "邻里联合满减",
            second.merchant,
            [(first.merchant, 3_000), (second.merchant, 7_000)],
            by=context.owner_of(second),
        )


def _submit_version(
    name: str, merchant: Merchant | None, payers: list[tuple[Merchant | None, int]], *, by: User
) -> TemplateVersion:
    template = coupons.create_template(name=name, merchant=merchant, by=by)
    draft = TemplateVersion(
        template=template,
        kind="cash_off",
        face_fen=800,
        threshold_fen=6_000,
        claim_from=clock.now(),
        claim_until=clock.now() + timedelta(days=CLAIM_DAYS),
        days_from=0,
        days=14,
        per_member=2,
        stock=2_000,
    )
    coupons.save_draft(draft=draft, payers=payers, by=by)
    return coupons.submit_version(version=draft, by=by)
