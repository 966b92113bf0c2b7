"""The attack runs on points over HTTP with sixteen real connections: exactly one winner each."""

from district.kernel import invariants
from loyalty.models import Lot, PointsAccount, Receipt, Transfer
from tests.race import call_concurrently, statuses


def test_of_800_spendings_of_a_whole_wallet_one_succeeds(till, other_till, shopper, member):
    till.post_receipt(member.public_id, fen=10_000)
    visit = other_till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]

    answers = call_concurrently(other_till, [lambda client: client.spend(visit, points=100)] * 800)

    assert statuses(answers) == {(201, None): 1, (409, "insufficient_points"): 799}
    assert PointsAccount.objects.get().available == 0
    assert Lot.objects.get().remaining == 0
    assert Transfer.objects.filter(kind="spend").count() == 1
    assert list(invariants.offences()) == []


def test_of_320_spendings_with_one_key_one_is_posted(till, shopper, member):
    till.post_receipt(member.public_id, fen=100_000)
    visit = till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]

    answers = call_concurrently(
        till, [lambda client: client.spend(visit, points=10, no="P-1", key="one")] * 320
    )

    assert statuses(answers) == {(201, None): 320}
    assert len({answer.content for answer in answers}) == 1
    assert PointsAccount.objects.get().available == 990
    assert list(invariants.offences()) == []


def test_of_320_receipts_with_one_number_and_many_keys_one_is_posted(till, member):
    answers = call_concurrently(
        till, [lambda client: client.post_receipt(member.public_id, fen=10_000, no="B-1")] * 320
    )

    assert statuses(answers) == {(201, None): 1, (409, "receipt_already_posted"): 319}
    assert Receipt.objects.get().granted == 100
    assert PointsAccount.objects.get().available == 100
    assert list(invariants.offences()) == []


def test_of_64_reversals_of_one_spending_one_succeeds(till, shopper, member):
    till.post_receipt(member.public_id, fen=10_000)
    visit = till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]
    spent = till.spend(visit, points=60).body["id"]

    answers = call_concurrently(till, [lambda client: client.reverse(spent)] * 64)

    assert statuses(answers) == {(201, None): 1, (409, "transfer_not_reversible"): 63}
    assert PointsAccount.objects.get().available == 100
    assert list(invariants.offences()) == []


def test_one_card_code_at_two_tills_opens_one_visit(till, other_till, shopper):
    code = shopper.card_code().body["code"]

    answers = call_concurrently(
        till, [lambda client: client.look_up(code)] * 16
    ) + call_concurrently(other_till, [lambda client: client.look_up(code)] * 16)

    assert statuses(answers) == {(201, None): 1, (409, "token_used"): 31}


def test_earnings_and_spendings_side_by_side_lose_nothing(till, shopper, member):
    till.post_receipt(member.public_id, fen=100_000)
    visit = till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]
    earn = [lambda client: client.post_receipt(member.public_id, fen=700)] * 100
    spend = [lambda client: client.spend(visit, points=3)] * 100

    answers = call_concurrently(
        till, [call for pair in zip(earn, spend, strict=True) for call in pair]
    )

    assert statuses(answers) == {(201, None): 200}
    assert PointsAccount.objects.get().available == 1000 + 100 * 7 - 100 * 3
    assert list(invariants.offences()) == []
