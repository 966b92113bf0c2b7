"""A till is stopped while its receipts come in over many connections: none is posted after that was committed."""

from collections import Counter

import pytest
from django.db import connection

from district.members.models import Member
from district.merchants import services as merchants
from district.merchants.models import Store, TillKey
from loyalty.models import Receipt
from tests.api_clients import call_concurrently

RECEIPTS = 150


def revoke(store, member):
    merchants.revoke_till_key(till_key=TillKey.objects.get(scope__store=store), by=None)


def suspend(store, member):
    merchants.suspend_merchant(merchant=store.merchant, reason="投诉未处理", by=None)


def close(store, member):
    Member.objects.filter(pk=member.pk).update(closed_at=member.joined_at)


@pytest.mark.parametrize(("stop", "status"), [(revoke, 401), (suspend, 403), (close, 404)])
def test_no_receipt_is_posted_once_its_till_or_member_is_stopped(till, member, stop, status):
    store = Store.objects.get(public_id=till.store)
    assert till.receipt(member.public_id, fen=100).status_code == 201
    stopped, refused = [], []

    def stop_now(client):
        with connection.cursor() as cursor:
            stop(store, member)
            cursor.execute("select clock_timestamp()")
            stopped.append(cursor.fetchone()[0])
        connection.close()
        refused.append(post(client))

    def post(client):
        return client.receipt(member.public_id, fen=100).status_code

    answers = call_concurrently(till, [*[post] * 20, stop_now, *[post] * RECEIPTS])

    counted = Counter(answers)
    assert refused == [post(till)] == [status]
    assert counted.keys() <= {201, status, None}
    assert Receipt.objects.count() == counted[201] + 1
    assert not Receipt.objects.filter(recorded_at__gt=stopped[0]).exists()
