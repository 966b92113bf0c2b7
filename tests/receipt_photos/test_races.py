"""One bill, many connections: exactly one earns."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from district.kernel import invariants
from district.members import services as members
from district.replay.clients import ShopperClient, TillClient
from loyalty.models import PointsAccount, Receipt
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.errors import ConflictDecided, PhotoDecided
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto
from tests.factories.loyalty import fresh_key, make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text
from tests.race import call_concurrently, race, statuses
from tests.receipt_photos.photo_steps import clerk_of, confirm, post, purchase, send
from tests.receipt_photos.pictures import jpeg

NUMBER, FEN = "20261121-0042", 12_680


class PhotoRaceScene:
    """Two members with one bill, the clerk and the till of its counter."""

    def __init__(self):
        self.store = make_earning_store()
        self.clerk = clerk_of(self.store).user
        self.member, self.other = make_member("小林"), make_member("小周")


@pytest.fixture
def scene(real_db):
    return PhotoRaceScene()


def outcome(value):
    return (
        type(value).__name__ if isinstance(value, Exception) else getattr(value, "state", "earned")
    )


@pytest.mark.parametrize("whose", ["member", "other"])
def test_a_photograph_is_confirmed_while_sixteen_tills_post_its_bill(scene, whose):
    """Whoever wins, it earns once, and nothing is lost: what lost is closed or queued."""
    winners = Counter()
    for number in range(6):
        reported = purchase(f"{NUMBER}-{number}", FEN + number)
        photo = send(scene.member, scene.store, reported)
        till = purchase(f"{NUMBER}-{number}", FEN + number, at=reported.paid_at, source="till")

        def posting(till=till):
            return post(getattr(scene, whose), scene.store, till)

        came = race(lambda photo=photo: confirm(photo, scene.clerk), *[posting] * 15)

        receipt = Receipt.objects.get(paid_fen=FEN + number)
        photo.refresh_from_db()
        by_photo = receipt.source == "photo"
        winners[receipt.source] += 1
        refused = Counter(map(outcome, came[1:]))
        if by_photo:
            assert refused == {"ReceiptAlreadyPosted": 15}
            assert photo.state == "confirmed"
            assert ReceiptConflict.objects.filter(earlier=receipt, source="till").count() == 1
        else:
            assert (refused["earned"], refused.total()) == (1, 15)
            assert photo.state == ("already_earned" if whose == "member" else "conflicting")
            assert ReceiptConflict.objects.filter(photo=photo).count() == (whose == "other")
    assert sum(account.available for account in PointsAccount.objects.all()) == 6 * 126
    assert list(invariants.offences()) == []


def test_sixteen_clerks_decide_on_one_photograph(scene):
    photo = send(scene.member, scene.store)

    def reject():
        return bills.reject_photo(
            photo=photo, reason="unreadable", note="", by=scene.clerk, key=fresh_key()
        )

    came = race(
        *[lambda: confirm(photo, scene.clerk)] * 8,
        *[reject] * 6,
        *[lambda: bills.withdraw_photo(photo=photo, key=fresh_key())] * 2,
    )

    assert sum(not isinstance(result, Exception) for result in came) == 1
    assert sum(isinstance(result, PhotoDecided) for result in came) == 15
    photo.refresh_from_db()
    assert Receipt.objects.count() == (photo.state == "confirmed")
    assert list(invariants.offences()) == []


def test_one_key_of_sixteen_clicks_is_one_decision(scene):
    photo, key = send(scene.member, scene.store), fresh_key()

    came = race(*[lambda: confirm(photo, scene.clerk, key=key)] * 16)

    assert Counter(map(outcome, came)) == {"confirmed": 16}
    assert PointsAccount.objects.get().available == 126


def test_sixteen_people_decide_on_one_conflict(scene):
    confirm(send(scene.member, scene.store), scene.clerk)
    post_refused(scene)
    conflict = ReceiptConflict.objects.get()

    def by(verb):
        return lambda: verb(conflict=conflict, note="看过", by=scene.clerk, key=fresh_key())

    verbs = [bills.keep_earlier, bills.keep_both, bills.keep_later, bills.keep_later]
    came = race(*[by(verb) for verb in verbs * 4])

    decided = [result for result in came if not isinstance(result, Exception)]
    assert len(decided) == 1
    assert {type(result) for result in came if isinstance(result, Exception)} == {ConflictDecided}
    standing = sum(account.available for account in PointsAccount.objects.all())
    assert standing == (252 if decided[0].state == "both" else 126)
    assert list(invariants.offences()) == []


def test_two_members_conflicts_taken_back_crosswise_do_not_wait_in_a_ring(scene):
    """Each decision takes from one and gives to the other: the accounts are locked in one order."""
    pairs = [(scene.member, scene.other), (scene.other, scene.member)] * 4
    for number, (first, second) in enumerate(pairs):
        post(first, scene.store, purchase(f"A{number}", 1_000 + number, source="till"))
        post_refused(scene, purchase(f"A{number}", 1_000 + number, source="till"), second)

    came = race(
        *(
            lambda conflict=conflict: bills.keep_later(
                conflict=conflict, note="看过", by=scene.clerk, key=fresh_key()
            )
            for conflict in ReceiptConflict.objects.all()
        )
    )

    assert Counter(map(outcome, came)) == {"later": 8}
    assert sum(account.available for account in PointsAccount.objects.all()) == 80
    assert list(invariants.offences()) == []


def post_refused(scene, reported=None, member=None):
    [came] = race(
        lambda: post(member or scene.other, scene.store, reported or purchase(source="till"))
    )
    assert outcome(came) == "ReceiptAlreadyPosted"


# --- Over HTTP --------------------------------------------------------------------------------


def upload(phone, store, *, no, fen, paid_at, key):
    """A photograph, sent as wx.uploadFile does."""
    photo = SimpleUploadedFile("tmp_1.jpg", jpeg(), "image/jpeg")
    form = {"store": store, "receipt_no": no, "paid_fen": fen, "paid_at": paid_at, "photo": photo}
    content, media = encode_multipart(BOUNDARY, form), {"Content-Type": MULTIPART_CONTENT}
    return phone.ask("POST", "/me/receipts", key=key, content=content, headers=media)


def test_sixteen_uploads_with_one_key_are_one_photograph(web, real_db):
    scene = PhotoRaceScene()
    phone = ShopperClient(web.connect(), members.open_session(member=scene.member).token)
    store, at = scene.store.public_id, datetime.now(UTC).isoformat()

    # As many as the limit lets through within its minute.
    answers = call_concurrently(
        phone,
        [lambda client: upload(client, store, no=NUMBER, fen=FEN, paid_at=at, key="one")] * 16,
    )

    counts = Counter(answer.status for answer in answers)
    assert counts[201] >= 6
    assert set(counts) <= {201, 429}
    assert len({answer.content for answer in answers if answer.status == 201}) == 1
    assert ReceiptPhoto.objects.count() == 1
    assert web.connect().ask("GET", "/livez").accepted


def test_a_till_posts_over_http_while_a_clerk_confirms(web, real_db):
    scene = PhotoRaceScene()
    till = TillClient(web.connect(), till_key_text(scene.store), store=scene.store.public_id)
    reported = purchase()
    photo = send(scene.member, scene.store, reported)
    at, member = reported.paid_at.isoformat(), scene.member.public_id

    [confirmed], answers = together(
        lambda: race(lambda: confirm(photo, scene.clerk)),
        lambda: call_concurrently(
            till,
            [lambda client: client.post_receipt(member, fen=FEN, no=NUMBER, paid_at=at)] * 64,
            connections=15,
        ),
    )

    codes = statuses(answers)
    if confirmed.state == "confirmed":
        assert codes == {(409, "receipt_already_posted"): 64}
        assert ReceiptConflict.objects.get().source == "till"
    else:
        assert codes == {(201, None): 1, (409, "receipt_already_posted"): 63}
        assert confirmed.state == "already_earned"
    assert Receipt.objects.count() == 1
    assert PointsAccount.objects.get().available == 126
    assert list(invariants.offences()) == []


def together(*calls):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]
