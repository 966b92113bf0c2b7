"""Merchants asked to bear a part of a coupon, who agree, decline or have yet to answer; budgets changed by two."""

from datetime import timedelta

from coupons import services as coupons
from coupons.models import ShareConsent, TemplateVersion
from district.demo.life.scene import Scene, key_of
from district.kernel import clock
from district.members.models import User
from district.merchants.models import Merchant

GIVEN_OUT_DAYS = 60
FIRST_FEN, SECOND_FEN, THIRD_FEN = 2_000_000, 2_600_000, 3_200_000


def play(scene: Scene) -> None:
    """Everything in the order of time."""
    _agree(scene)
    _change_budget(scene)
    _decline(scene)
    _ask(scene)


def _agree(scene: Scene) -> None:
    """A platform coupon that both steady merchants help to pay for, published once both agreed."""
    first, second = scene.steady
    with scene.moved_to(16, 14):
        version = _submitted(
            "会员日满减",
            None,
            [(None, 5_000), (first.merchant, 2_500), (second.merchant, 2_500)],
            by=scene.second,
        )
    for number, counter in enumerate(scene.steady):
        with scene.moved_to(15, 10 + number):
            consent = ShareConsent.objects.get(version=version, merchant=counter.merchant)
            coupons.agree_to_share(consent=consent, by=scene.owner_of(counter))
    with scene.moved_to(15, 16):
        coupons.approve_version(version=version, by=scene.operator, note="两家均已同意。")


def _change_budget(scene: Scene) -> None:
    """Raised once by two people; another raise waits for the first operator."""
    evening = TemplateVersion.objects.get(template__name="夜间餐饮八五折", state="published")
    with scene.moved_to(14, 11):
        change = coupons.propose_budget_change(
            version=evening,
            budget_was_fen=FIRST_FEN,
            budget_fen=SECOND_FEN,
            reason="参加活动的门店增加，按周用量追加。",
            by=scene.operator,
            key=key_of("budget of coupon", 0),
        )
    with scene.moved_to(13, 9, 30):
        coupons.decide_budget_change(
            change=change, approve=True, by=scene.second, note="与财务核对过余额。"
        )
    with scene.moved_to(0, 18):
        coupons.propose_budget_change(
            version=evening,
            budget_was_fen=SECOND_FEN,
            budget_fen=THIRD_FEN,
            reason="近两周核销加快，预计下月初用完。",
            by=scene.second,
            key=key_of("budget of coupon", 1),
        )


def _decline(scene: Scene) -> None:
    """The demo's owner finds its part too large."""
    counter = scene.steady[0]
    with scene.moved_to(8, 15):
        version = _submitted(
            "亲子周末满减", None, [(None, 4_000), (counter.merchant, 6_000)], by=scene.second
        )
    with scene.moved_to(7, 10):
        consent = ShareConsent.objects.get(version=version, merchant=counter.merchant)
        coupons.decline_share(consent=consent, by=scene.owner_of(counter))


def _ask(scene: Scene) -> None:
    """The second merchant drafts a coupon for both; the demo's owner has yet to answer."""
    first, second = scene.steady
    with scene.moved_to(0, 17):
        _submitted(
            "邻里联合满减",
            second.merchant,
            [(first.merchant, 3_000), (second.merchant, 7_000)],
            by=scene.owner_of(second),
        )


def _submitted(
    name: str, merchant: Merchant | None, payers: list[tuple[Merchant | None, int]], *, by: User
) -> TemplateVersion:
    template = coupons.create_template(name=name, merchant=merchant, by=by)
    draft = TemplateVersion(
        template=template,
        kind="cash_off",
        face_fen=800,
        threshold_fen=6_000,
        claim_from=clock.now(),
        claim_until=clock.now() + timedelta(days=GIVEN_OUT_DAYS),
        days_from=0,
        days=14,
        per_member=2,
        stock=2_000,
    )
    coupons.save_draft(draft=draft, payers=payers, by=by)
    return coupons.submit_version(version=draft, by=by)
