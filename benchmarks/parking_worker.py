"""python -m benchmarks.parking_worker: reserves for the members that each line of its input names, as long as it says."""

import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import django


def main(number: int) -> None:
    django.setup()
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from benchmarks.parking_reserve import QUARTERS
    from district.kernel.idempotency import Key
    from parking.models import Vehicle
    from parking.queries.reservable import pool_to_reserve
    from parking.reservations.windows import Window
    from parking.services import reserve_place

    chance, pool = random.Random(number), pool_to_reserve(f"pol_{1:022}")
    quarter, hour = timedelta(minutes=15), timedelta(hours=1)

    def reserve(vehicle: Vehicle, start: datetime) -> None:
        begins = start + quarter * chance.choice(QUARTERS)
        reserve_place(
            pool=pool,
            vehicle=vehicle,
            window=Window(begins, begins + hour),
            key=Key.of(f"member:{vehicle.member_id}:parking_reservation", uuid4().hex),
        )

    def work(vehicles: list[Vehicle], start: datetime, until: float) -> int:
        done = 0
        for vehicle in vehicles:
            if time.perf_counter() >= until:
                break
            reserve(vehicle, start)
            done += 1
        connection.close()
        return done

    threads = 4
    executor = ThreadPoolExecutor(threads)
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        start = datetime.fromtimestamp(order["start"], UTC)
        vehicles = list(Vehicle.objects.filter(member__in=order["members"]).order_by("pk"))
        began, cpu = time.perf_counter(), time.process_time()
        until = began + order["seconds"]
        working = [
            executor.submit(work, vehicles[lane::threads], start, until) for lane in range(threads)
        ]
        acts = sum(future.result() for future in working)
        report = {
            "acts": acts,
            "elapsed": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
        }
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
