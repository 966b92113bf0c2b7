"""A till is stopped while its receipts come in over many connections: none is posted after that was committed."""

from collections import Counter

from django.db import connection

from district.members.models import Member
from district.merchants import services as merchants
from district.merchants.models import TillKey
from district.replay.clients import TillClient
from loyalty.models import Receipt
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text
from tests.race import call_concurrently

RECEIPTS = 150


def revoke(store, member):
    merchants.revoke_till_key(till_key=TillKey.objects.get(scope__store=store), by=None)


def suspend(store, member):
    merchants.suspend_merchant(merchant=store.merchant, reason="投诉未处理", by=None)


def close(store, member):
    Member.objects.filter(pk=member.pk).update(closed_at=member.joined_at)


def test_no_receipt_is_posted_once_its_till_or_member_is_stopped(web):
    for stop, status in [(revoke, 401), (suspend, 403), (close, 404)]:
        stop_under_load(web, stop, status)


def stop_under_load(web, stop, status):
    store, member = make_earning_store(), make_member()
    till = TillClient(web.connect(), till_key_text(store), store=store.public_id)
    stopped, refused = [], []

    def post(client):
        return client.post_receipt(member.public_id, fen=100).status

    def stop_now(client):
        with connection.cursor() as cursor:
            stop(store, member)
            cursor.execute("select clock_timestamp()")
            stopped.append(cursor.fetchone()[0])
        connection.close()
        refused.append(post(client))

    assert post(till) == 201
    counted = Counter(call_concurrently(till, [*[post] * 20, stop_now, *[post] * RECEIPTS]))

    # The till's own connection has been idle meanwhile; the server may have closed it.
    assert refused == [post(till.over(web.connect()))] == [status]
    assert counted.keys() <= {201, status, None}
    receipts = Receipt.objects.filter(account=member.pk)
    assert receipts.count() == counted[201] + 1
    assert not receipts.filter(recorded_at__gt=stopped[0]).exists()
