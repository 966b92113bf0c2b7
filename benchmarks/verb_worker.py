"""python -m benchmarks.verb_worker: does one verb for as many seconds as each line of its input says."""

import json
import random
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import django


def main(verb: str, number: int, members: int, merchants: int) -> None:
    django.setup()
    act = {"earn": _earner, "spend": _spender}[verb](random.Random(number), members, merchants)

    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        began, cpu, acts, round_id = (
            time.perf_counter(),
            time.process_time(),
            0,
            uuid.uuid4().hex[:12],
        )
        until = began + float(line)
        while time.perf_counter() < until:
            acts += 1
            act(f"{round_id}-{acts}")
        answer = {
            "acts": acts,
            "elapsed": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
        }
        print(json.dumps(answer), flush=True)


def _earner(chance: random.Random, members: int, merchants: int) -> Callable[[str], object]:
    from district.kernel import clock
    from district.kernel.idempotency import Key
    from district.members.models import Member
    from district.merchants.models import Store
    from loyalty import values
    from loyalty.services import earn_points

    stores = list(Store.objects.select_related("merchant").order_by("pk"))
    shoppers = list(Member.objects.order_by("pk")[:members])
    assert len(stores) == merchants

    def earn(serial: str) -> object:
        store = chance.choice(stores)
        purchase = values.ReportedPurchase(
            receipt_no=f"W-{serial}", paid_fen=12680, paid_at=clock.now(), source="till"
        )
        terms = {"receipt_no": purchase.receipt_no, "paid_fen": purchase.paid_fen}
        return earn_points(
            store=store,
            member=chance.choice(shoppers),
            purchase=purchase,
            actor="till:1",
            key=Key.of(f"merchant:{store.merchant_id}:earn", serial, **terms),
        )

    return earn


def _spender(chance: random.Random, members: int, merchants: int) -> Callable[[str], object]:
    from district.kernel import clock
    from district.kernel.idempotency import Key
    from district.members.models import Member
    from district.merchants.models import Store, Visit
    from loyalty.services import spend_points

    stores = list(Store.objects.select_related("merchant").order_by("pk"))
    shoppers = list(Member.objects.order_by("pk")[:members])
    until = clock.real_now() + timedelta(hours=1)
    assert len(stores) == merchants

    def spend(serial: str) -> object:
        store = chance.choice(stores)
        # The look-up at the counter is another request; here the member stands there already.
        visit = Visit(member=chance.choice(shoppers), store=store, expires_at=until)
        return spend_points(
            visit=visit,
            points=90,
            request_no=f"W-{serial}",
            actor="till:1",
            key=Key.of(f"merchant:{store.merchant_id}:spend", serial, request_no=serial),
        )

    return spend


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
