"""The contract's figures from the file alone; shares no code with the product."""

import bisect
import csv
import gzip
import hashlib
from collections import defaultdict
from datetime import datetime, timedelta


def occupancy(path):
    """The fixed figures and both errors."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    rows = list(csv.DictReader(text.splitlines()))
    rows.sort(key=lambda row: (row["last_updated"], row["car_park"]))
    capacity, accepted = {}, defaultdict(dict)
    figures = dict.fromkeys(
        ("readings", "accepted", "repeated", "refused_older", "refused_conflict", "clamped"), 0
    )
    for row in rows:
        name, at = row["car_park"], datetime.fromisoformat(row["last_updated"])
        occupied = int(row["occupancy"])
        capacity.setdefault(name, int(row["capacity"]))
        figures["readings"] += 1
        latest = max(accepted[name], default=None)
        if latest is not None and at == latest:
            same = accepted[name][at] == occupied
            figures["repeated" if same else "refused_conflict"] += 1
        elif latest is not None and at < latest:
            figures["refused_older"] += 1
        else:
            accepted[name][at] = occupied
            figures["accepted"] += 1
            figures["clamped"] += occupied > capacity[name]
    figures["car_parks"] = len(accepted)
    days = sum(len({at.date() for at in counts}) for counts in accepted.values())
    # Of thirteen who ask, ten are the first.
    figures["reservations_accepted"], figures["reservations_refused"] = 10 * days, 3 * days
    figures["oversold"] = 0
    gaps = [
        (later - earlier).total_seconds() / 60
        for counts in accepted.values()
        for earlier, later in zip(sorted(counts), sorted(counts)[1:], strict=False)
    ]
    figures["fresh_minutes"] = int(sum(min(gap, 45) for gap in gaps))
    figures["stale_minutes"] = int(sum(min(max(gap - 45, 0), 45) for gap in gaps))
    figures["unknown_minutes"] = int(sum(max(gap - 90, 0) for gap in gaps))
    lines = sorted(
        f"{name},{at.isoformat()},{max(0, capacity[name] - occupied)}\n"
        for name, counts in accepted.items()
        for at, occupied in counts.items()
    )
    figures["free_digest"] = hashlib.sha256("".join(lines).encode()).hexdigest()
    return figures | errors(accepted, capacity)


def errors(accepted, capacity):
    ours, naive = [], []
    for name, counts in accepted.items():
        shares = {at: min(1.0, occupied / capacity[name]) for at, occupied in counts.items()}
        instants = sorted(shares)
        for at in instants:
            week_ago = near(instants, at - timedelta(days=7))
            known = instants[: bisect.bisect_right(instants, at - timedelta(hours=1))]
            expected = seasonal(known, shares, at)
            if week_ago is None or expected is None:
                continue
            if known and at - timedelta(hours=1) - known[-1] <= timedelta(hours=3):
                usual = seasonal(known[:-1], shares, known[-1])
                if usual is not None:
                    hours = (at - known[-1]).total_seconds() / 3600
                    expected += (shares[known[-1]] - usual) * 0.5 ** (hours / 8)
            ours.append(abs(min(1.0, max(0.0, expected)) - shares[at]))
            naive.append(abs(shares[week_ago] - shares[at]))
    return {
        "forecast_mae": round(sum(ours) / len(ours), 4) if ours else None,
        "naive_mae": round(sum(naive) / len(naive), 4) if naive else None,
    }


def seasonal(known, shares, at):
    total = weights = 0.0
    for week in range(1, 7):
        found = near(known, at - timedelta(days=7 * week))
        if found is not None:
            total += 0.85 ** (week - 1) * shares[found]
            weights += 0.85 ** (week - 1)
    return total / weights if weights else None


def near(instants, at):
    place = bisect.bisect_left(instants, at)
    around = [
        instant
        for instant in instants[max(0, place - 1) : place + 1]
        if abs(instant - at) <= timedelta(minutes=15)
    ]
    return min(around, key=lambda instant: abs(instant - at), default=None)
