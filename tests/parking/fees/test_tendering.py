"""Minutes that save something only together; no database."""

from parking.fees.tendering import OfferedTenders, TenderKind, plan_tenders


def due_with(minutes):
    """Ninety minutes of which each full half hour that is credited saves 3 yuan."""
    return max(900 - minutes // 30 * 300, 0)


def planned(*validations, coupons=()):
    offered = OfferedTenders(validations=validations, minutes_coupons=coupons)
    plan = plan_tenders(due_with, offered)
    assert sum(tender.amount_fen for tender in plan.tenders) == plan.settles_fen == 900
    assert plan.money_fen == due_with(plan.minutes)
    return plan, [tuple(tender[1:4]) for tender in plan.tenders if tender.number is not None]


def test_small_minutes_save_together_what_they_save_and_share_it():
    plan, used = planned((1, 10), (2, 20))
    assert (plan.money_fen, used) == (600, [(1, 100, 10), (2, 200, 20)])

    # The third one saves nothing, and is left.
    plan, used = planned((1, 10), (2, 20), (3, 20))
    assert (plan.money_fen, used) == (600, [(1, 100, 10), (2, 200, 20)])


def test_a_coupon_makes_up_for_what_validations_lack_and_is_not_used_up_for_nothing():
    plan, used = planned((1, 10), coupons=[(7, 20)])
    assert (plan.money_fen, used) == (600, [(1, 100, 10), (7, 200, 20)])
    assert [tender.kind for tender in plan.tenders[:2]] == [
        TenderKind.VALIDATION,
        TenderKind.MINUTES_COUPON,
    ]

    plan, used = planned((1, 10), coupons=[(7, 10), (8, 10)])
    assert (plan.money_fen, used) == (900, [])
