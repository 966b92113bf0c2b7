"""python -m benchmarks.coupon_worker: does what each line of its input asks, in as many threads as it says."""

import json
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

import django

Verb = Callable[[str], object]
MOST_THREADS = 64


def main(number: int, members: int) -> None:
    django.setup()
    from django.db import connection

    acts = {"claim": _claimer, "redeem": _redeemer}
    pool = ThreadPoolExecutor(MOST_THREADS)
    chance = random.Random(number)

    def work(act: Verb, seconds: float, ready: Barrier, name: str) -> int:
        connection.ensure_connection()
        ready.wait()
        until, done = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            done += 1
            act(f"{name}-{done}")
        # Idle ones would be in the way of whoever is measured next.
        connection.close()
        return done

    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        act = acts[order["verb"]](chance, members, **order["terms"])
        threads, seconds, name = order["threads"], order["seconds"], uuid.uuid4().hex[:12]
        ready = Barrier(threads + 1)
        working = [
            pool.submit(work, act, seconds, ready, f"{name}-{thread}") for thread in range(threads)
        ]
        ready.wait()
        began, cpu = time.perf_counter(), time.process_time()
        done = sum(future.result() for future in working)
        measured = {
            "acts": done,
            "elapsed": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
        }
        print(json.dumps(measured), flush=True)


def _claimer(chance: random.Random, members: int, *, version: int, sold_out: bool) -> Verb:
    from coupons.errors import CouponSoldOut
    from coupons.models import TemplateVersion
    from coupons.services import claim_coupon
    from district.kernel.idempotency import Key
    from district.members.models import Member

    row = TemplateVersion.objects.get(pk=version)

    def claim(serial: str) -> object:
        member = Member(pk=chance.randint(1, members))
        key = Key.of(f"member:{member.pk}:coupon", serial, version=row.public_id)
        return claim_coupon(version=row, member=member, key=key)

    def miss(serial: str) -> object:
        try:
            claim(serial)
        except CouponSoldOut:
            return None
        raise AssertionError("nothing was left to claim")

    return miss if sold_out else claim


def _redeemer(chance: random.Random, members: int, *, first: int, last: int) -> Verb:
    """Redeems the coupons of these numbers, each shown by a ticket that is signed on the way."""
    from coupons import codes
    from coupons.engine.bill import Bill
    from coupons.services import redeem_coupons
    from district.kernel import clock
    from district.kernel.idempotency import Key
    from district.merchants.models import Store

    stores = list(Store.objects.select_related("merchant").order_by("pk"))
    numbers: Iterator[int] = count(first)

    def redeem(serial: str) -> object:
        store, coupon = chance.choice(stores), next(numbers)
        assert coupon <= last, "more coupons were redeemed than had been made"
        presented = codes.PresentedCode(coupon, 1 + coupon % members, 1, None)
        terms: dict[str, Any] = {"request_no": f"W-{serial}", "bill_no": f"B-{serial}"}
        return redeem_coupons(
            store=store,
            reported_bill=Bill(12680, bill_no=terms["bill_no"]),
            codes=[codes.ticket_of(presented, store.pk, clock.real_now())],
            request_no=terms["request_no"],
            actor="till:1",
            key=Key.of(f"merchant:{store.merchant_id}:redeem", serial, **terms),
        )

    return redeem


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
