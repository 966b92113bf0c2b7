"""The formula of a score written down a second time, in plain floats, for one merchant of a document."""

import math

SEVERITY = {"minor": 0.5, "ordinary": 1, "serious": 3}
OUTCOME = {"upheld": 1, "partly_upheld": 0.5, "settled_in_mediation": 0.25}
RECORD = {"minor": (3, 90), "general": (8, 365), "serious": (20, 1095)}
BOUNDS = {"A": 90, "B": 80, "C": 65, "D": 45}
ORDER = "ABCDE"


def decayed(age):
    return 2 ** (-age / 180) if 0 <= age <= 730 else 0.0


def naive_score(merchant):
    ratings = [(decayed(age) * count, (stars - 1) / 4) for age, stars, count in merchant["ratings"]]
    rating, rating_weight = shrunk(ratings, 0.75, 20)

    closed = [case for case in merchant["cases"] if case[2] not in {"withdrawn", "abusive"}]
    on_time, on_time_weight = shrunk([(decayed(case[0]), case[3]) for case in closed], 1, 3)
    evaluated = [case for case in closed if case[4] is not None and case[2] != "not_upheld"]
    satisfaction, satisfaction_weight = shrunk(
        [(decayed(case[0]), min(1, (case[4] - 1) / 3)) for case in evaluated], 1, 3
    )
    handling = (on_time + satisfaction) / 2

    upheld = 1 + sum(
        decayed(age) * SEVERITY[severity] * OUTCOME.get(outcome, 0)
        for age, severity, outcome, _, _ in merchant["cases"]
    )
    purchases = 2 + sum(decayed(age) * count / 1000 for age, count in merchant["transactions"])
    rate = upheld / purchases
    burden = 2 / (2 + rate)

    checks = [(decayed(age) * count, passed) for age, passed, count in merchant["checks"]]
    promise, promise_weight = shrunk(checks, 0.75, 4)

    deduction = 0.0
    for age, level, repaired in merchant["penalties"]:
        points, term = RECORD[level]
        if not repaired and age < term:
            deduction += points * (1 - age / term)
    profile = merchant["profile"]
    raw = 100 * (
        0.30 * rating + 0.25 * burden + 0.20 * handling + 0.15 * promise + 0.10 * profile
    ) - min(deduction, 40)
    raw = min(max(raw, 0.0), 100.0)

    variance = (
        0.30**2 * share_variance(rating, rating_weight, 20)
        + 0.25**2 * (upheld / purchases**2) * (2 / (2 + rate) ** 2) ** 2
        + 0.20**2
        * (
            share_variance(on_time, on_time_weight, 3)
            + share_variance(satisfaction, satisfaction_weight, 3)
        )
        / 4
        + 0.15**2 * share_variance(promise, promise_weight, 4)
    )
    error = 100 * math.sqrt(variance)
    evidence = rating_weight + 4 * on_time_weight + 2 * promise_weight
    score = math.floor(round(raw, 6) * 10 + 0.5 + 1e-9) / 10
    return {
        "name": merchant["name"],
        "score": score,
        "raw": raw,
        "se": error,
        "interval": [raw - 1.645 * error, raw + 1.645 * error],
        "rank_key": raw - 1.645 * error,
        "evidence": evidence,
        "confidence": next(
            (
                word
                for bound, word in ((20, "insufficient"), (60, "low"), (200, "medium"))
                if evidence < bound
            ),
            "high",
        ),
        "grade": naive_grade(score, evidence, merchant),
        "components": {"R": rating, "B": burden, "H": handling, "P": promise, "V": profile},
        "contributions": {
            "rating": 30 * (rating - 0.75),
            "burden": 25 * (burden - 0.8),
            "handling": 20 * (handling - 1),
            "promise": 15 * (promise - 0.75),
            "profile": 10 * (profile - 1),
        },
    }


def shrunk(weighted, prior, strength):
    weight = sum(weight for weight, _ in weighted)
    total = sum(weight * value for weight, value in weighted)
    return (total + strength * prior) / (weight + strength), weight


def share_variance(mean, weight, strength):
    share = min(max(mean, 0.05), 0.95)
    return share * (1 - share) / (weight + strength + 1)


def naive_grade(score, evidence, merchant):
    if merchant.get("licence_expired"):
        return "suspended"
    if evidence < 20:
        return None
    plain = next((grade for grade in "ABCD" if score >= BOUNDS[grade]), "E")
    previous = merchant["previous_grade"]
    grade = plain
    if previous in set(ORDER) and (previous == "E" or score >= BOUNDS[previous] - 1):
        better = [grade for grade in ORDER[: ORDER.index(previous)] if score >= BOUNDS[grade] + 1]
        grade = better[0] if better else previous
    if evidence < 60:
        grade = max(grade, "B")
    if merchant.get("unpaid_decision") or merchant.get("missed_remedy"):
        grade = max(grade, "D")
    return grade
