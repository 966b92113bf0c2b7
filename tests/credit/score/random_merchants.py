"""Merchants of every kind, from random numbers with a seed: documents as `score_credit` reads them."""

SEVERITIES = ("minor", "ordinary", "serious")
OUTCOMES = (
    "upheld",
    "partly_upheld",
    "settled_in_mediation",
    "settled_direct",
    "not_upheld",
    "withdrawn",
    "abusive",
)
REPAIR_AFTER = {"minor": 0, "general": 90, "serious": 365}


def random_merchant(rng, number=0):
    """Small and large, good and bad, with facts on both sides of the horizon."""
    size = rng.choice((0, 1, 3, 12))
    kindness = rng.random()
    few = rng.choice((2, 20, 400))
    return {
        "name": f"merchant {number}",
        "ratings": [
            [age(rng), stars(rng, kindness), rng.randint(0, few)]
            for _ in range(rng.randint(0, size))
        ],
        "transactions": [[age(rng), rng.randint(0, few * 20)] for _ in range(rng.randint(0, size))],
        "cases": [random_case(rng, kindness) for _ in range(rng.randint(0, size))],
        "checks": [
            [age(rng), rng.random() < kindness, rng.randint(0, 8)]
            for _ in range(rng.randint(0, size))
        ],
        "profile": rng.choice((0, 1, 0.4, 0.6, 0.9, rng.random())),
        "penalties": [random_record(rng) for _ in range(rng.choice((0, 0, 0, 1, 3)))],
        "previous_grade": rng.choice((None, "A", "B", "C", "D", "E", "suspended")),
        "licence_expired": rng.random() < 0.05,
        "unpaid_decision": rng.random() < 0.1,
        "missed_remedy": rng.random() < 0.1,
    }


def random_case(rng, kindness):
    return [
        age(rng),
        rng.choice(SEVERITIES),
        rng.choice(OUTCOMES),
        rng.random() < kindness,
        rng.choice((None, stars(rng, kindness))),
    ]


def random_record(rng):
    level = rng.choice(tuple(REPAIR_AFTER))
    days = rng.choice((0, 45, 89, 90, 200, 364, 365, 800, 1094, 1095, rng.randint(0, 1300)))
    return [days, level, days >= REPAIR_AFTER[level] and rng.random() < 0.3]


def age(rng):
    return rng.choice((rng.randint(0, 60), rng.randint(0, 800), 0, 180, 730, 731))


def stars(rng, kindness):
    return min(5, max(1, round(rng.gauss(1 + 4 * kindness, 1))))
