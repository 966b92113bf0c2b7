"""Eight weeks of coupons: claimed, exchanged, given to friends, redeemed, reversed, goods brought back."""

from datetime import timedelta

from coupons import services as coupons
from coupons.judgement import Told
from coupons.models import Coupon, CouponBill, TemplateVersion
from coupons.services.undo import Goods
from district.demo.life.scene import Scene, key_of
from district.demo.plan.dice import dice
from district.kernel import clock
from district.members.models import Member
from loyalty.queries import balance_of

WEEKS, A_WEEK = 8, 6
EXCHANGED = 3


def play(scene: Scene) -> None:
    """Everything in the order of time."""
    _redeemed_in_stores(scene)
    _exchanged_and_given(scene)
    _tagged(scene)


def _redeemed_in_stores(scene: Scene) -> None:
    everyday = _published("全商圈满减")
    places = [*scene.steady, *scene.others[:4]]
    stream, guests = dice("coupon weeks"), scene.guests()
    for number in range(WEEKS * A_WEEK):
        days_ago = (WEEKS * A_WEEK - 1 - number) * 7 // A_WEEK + 1
        counter, guest = places[number % len(places)], next(guests)
        store = counter.stores[number % min(len(counter.stores), 2)]
        at = scene.at(days_ago, 11 + number % 9, stream.randrange(60))
        with clock.moved_to(at - timedelta(hours=1)):
            coupon = coupons.claim_coupon(
                version=everyday, member=guest, key=key_of("claim", number)
            )
        bill_no, fen = f"K{number:05d}", 100 * stream.randint(101, 400)
        with clock.moved_to(at):
            shown = coupons.show_coupon(coupon=coupon).code
            request = coupons.redeem_coupons(
                store=store,
                told=Told(bill_no, fen),
                shown=[shown],
                request_no=f"KQ{number:05d}",
                actor=counter.actor,
                key=key_of("redeem", number),
            )
        if number % 9 == 4:  # noqa: PLR2004 - one in nine
            with clock.moved_to(at + timedelta(minutes=12)):
                coupons.reverse_redemption(
                    redemption=request.redemptions.get(),
                    reason="顾客改单，重新结账",
                    actor=counter.actor,
                    key=key_of("reverse", number),
                )
        elif number % 9 == 7:  # noqa: PLR2004 - one in nine
            with clock.moved_to(at + timedelta(hours=20)):
                coupons.refund_bill(
                    bill=CouponBill.objects.get(store=store, bill_no=bill_no),
                    goods=Goods(refund_no=f"KT{number:05d}", fen=fen // 3),
                    actor=counter.actor,
                    key=key_of("goods back", number),
                )


def _exchanged_and_given(scene: Scene) -> None:
    gift = _published("到店礼")
    rich = (member for member in scene.members if _may_exchange(member, gift))
    for number, member in zip(range(EXCHANGED), rich, strict=False):
        with scene.moved_to(0, 20, number):
            coupons.exchange_coupon(version=gift, member=member, key=key_of("exchange", number))
    giver, friend = scene.members[0], scene.members[1]
    with scene.moved_to(0, 21):
        coupon = coupons.issue_coupon(
            version=_published("全商圈满减"),
            member=giver,
            source=Coupon.Source.ISSUE,
            key=key_of("to give"),
        )
        offer = coupons.offer_coupon(coupon=coupon)
        coupons.accept_coupon(code=offer, member=friend, key=key_of("accept"))


def _may_exchange(member: Member, version: TemplateVersion) -> bool:
    return balance_of(member).available >= (version.points_price or 0)


def _tagged(scene: Scene) -> None:
    for number, member in enumerate(scene.members[:6]):
        with scene.moved_to(6 - number, 13):
            coupons.tag_member(
                member=member,
                tag="clean_plate",
                merchant=None,
                actor=f"user:{scene.operator.pk}",
                key=key_of("tag", number),
            )


def _published(name: str) -> TemplateVersion:
    return TemplateVersion.objects.get(template__name=name, state="published")
