"""python -m benchmarks.earn_worker: posts receipts for as many seconds as each line of its input says."""

import json
import random
import sys
import time
import uuid

import django


def main(number: int, members: int, merchants: int) -> None:
    django.setup()
    from district.kernel import clock
    from district.kernel.idempotency import Key
    from district.members.models import Member
    from district.merchants.models import Store
    from loyalty import ledger
    from loyalty.services import earn_points

    chance = random.Random(number)
    stores = list(Store.objects.select_related("merchant").order_by("pk"))
    shoppers = list(Member.objects.order_by("pk")[:members])
    assert len(stores) == merchants

    def earn(serial: str) -> None:
        store = chance.choice(stores)
        bill = ledger.Bill(
            receipt_no=f"W-{serial}", paid_fen=12680, paid_at=clock.now(), source="till"
        )
        earn_points(
            store=store,
            member=chance.choice(shoppers),
            bill=bill,
            actor="till:1",
            key=Key.of(
                f"merchant:{store.merchant_id}:earn",
                serial,
                receipt_no=bill.receipt_no,
                paid_fen=bill.paid_fen,
            ),
        )

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
            earn(f"{round_id}-{acts}")
        told = {"acts": acts, "wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
