"""Eight weeks of coupons: claimed, exchanged, given to friends, redeemed, reversed, goods brought back."""

from datetime import timedelta

from coupons import services as coupons
from coupons.engine.bill import Bill
from coupons.models import Coupon, CouponBill, Redemption, TemplateVersion
from coupons.queries.wallet import coupon_of
from coupons.services.undo import ReturnedGoods
from district.demo.chapters.context import ChapterContext, key_of
from district.demo.plan.random_streams import random_stream
from district.kernel import clock
from district.members.models import Member
from loyalty.queries import balance_of

WEEKS, REDEMPTIONS_PER_WEEK = 8, 6
EXCHANGE_COUNT = 3


def run(context: ChapterContext) -> None:
    """Everything in the order of time."""
    _redeem_in_stores(context)
    _exchange_and_give(context)
    _tag_members(context)


def _redeem_in_stores(context: ChapterContext) -> None:
    everyday = _published_version("全商圈满减")
    places = [*context.main_merchants, *context.other_merchants[:4]]
    stream, member_cycle = random_stream("coupon weeks"), context.member_cycle()
    for number in range(WEEKS * REDEMPTIONS_PER_WEEK):
        days_ago = (WEEKS * REDEMPTIONS_PER_WEEK - 1 - number) * 7 // REDEMPTIONS_PER_WEEK + 1
        counter, member = places[number % len(places)], next(member_cycle)
        store = counter.stores[number % min(len(counter.stores), 2)]
        at = context.at(days_ago, 11 + number % 9, stream.randrange(60))
        with clock.travel_to(at - timedelta(hours=1)):
            coupon = coupons.claim_coupon(
                version=everyday, member=member, key=key_of("claim", number)
            )
        bill_no, fen = f"K{number:05d}", 100 * stream.randint(101, 400)
        with clock.travel_to(at):
            code = coupons.show_coupon(coupon=coupon_of(member, coupon.public_id)).code
            request = coupons.redeem_coupons(
                store=store,
                reported_bill=Bill(fen, bill_no=bill_no),
                codes=[code],
                request_no=f"KQ{number:05d}",
                actor=counter.actor,
                key=key_of("redeem", number),
            )
        if number % 9 == 4:  # noqa: PLR2004 - one in nine
            with clock.travel_to(at + timedelta(minutes=12)):
                coupons.reverse_redemption(
                    redemption=Redemption.objects.get(pk=request.redemptions[0].pk),
                    reason="顾客改单，重新结账",
                    actor=counter.actor,
                    key=key_of("reverse", number),
                )
        elif number % 9 == 7:  # noqa: PLR2004 - one in nine
            with clock.travel_to(at + timedelta(hours=20)):
                coupons.refund_bill(
                    bill=CouponBill.objects.get(store=store, bill_no=bill_no),
                    goods=ReturnedGoods(refund_no=f"KT{number:05d}", fen=fen // 3),
                    actor=counter.actor,
                    key=key_of("goods back", number),
                )


def _exchange_and_give(context: ChapterContext) -> None:
    gift = _published_version("到店礼")
    rich = (member for member in context.members if _may_exchange(member, gift))
    for number, member in zip(range(EXCHANGE_COUNT), rich, strict=False):
        with context.travel_to(0, 20, number):
            coupons.exchange_coupon(version=gift, member=member, key=key_of("exchange", number))
    giver, friend = context.members[0], context.members[1]
    with context.travel_to(0, 21):
        coupon = coupons.issue_coupon(
            version=_published_version("全商圈满减"),
            member=giver,
            source=Coupon.Source.ISSUE,
            key=key_of("to give"),
        )
        offer = coupons.offer_coupon(coupon=coupon_of(giver, coupon.public_id))
        coupons.accept_coupon(code=offer, member=friend, key=key_of("accept"))


def _may_exchange(member: Member, version: TemplateVersion) -> bool:
    return balance_of(member).available >= (version.points_price or 0)


def _tag_members(context: ChapterContext) -> None:
    for number, member in enumerate(context.members[:6]):
        with context.travel_to(6 - number, 13):
            coupons.tag_member(
                member=member,
                tag="clean_plate",
                merchant=None,
                actor=f"user:{context.operator.pk}",
                key=key_of("tag", number),
            )


def _published_version(name: str) -> TemplateVersion:
    return TemplateVersion.objects.get(template__name=name, state="published")
