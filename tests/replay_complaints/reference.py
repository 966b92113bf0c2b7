"""The contract's rules in a program of its own: it knows what a row of the source must come to, and no clock."""

import csv
import gzip
import hashlib
from collections import Counter

COLUMNS = (
    "cases",
    "late_first_answer",
    "closed_resolved",
    "closed_deemed",
    "withdrawn",
    "closed_unresolved",
)
OTHERS = ("settled_direct", "settled_in_mediation", "decided_upheld")
MONEY = {"Closed with monetary relief", "Closed with relief"}
RELIEF = MONEY | {"Closed with non-monetary relief"}


def complaints(path):
    """The figures of `replay_complaints` for a file."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    companies = {}
    for row in rows:
        companies.setdefault(row["company"], Counter()).update(["cases", *what_becomes_of(row)])
    totals = sum(companies.values(), Counter())
    lines = sorted(
        ",".join([company, *(str(counts[name]) for name in COLUMNS)]) + "\n"
        for company, counts in companies.items()
    )
    return {
        **{name: totals[name] for name in (*COLUMNS, *OTHERS)},
        "merchants": len(companies),
        "source_timely_no": sum(row["timely_response"] == "No" for row in rows),
        "open": 0,
        "companies_digest": hashlib.sha256("".join(lines).encode()).hexdigest(),
    }


def what_becomes_of(row):
    """Everything that is counted of a complaint."""
    number, response = int(row["complaint_id"]), row["company_response"]
    is_timely = row["timely_response"] != "No"
    if response == "Untimely response" or not is_timely:
        settled = response in RELIEF
        ends = ["closed_resolved", "settled_in_mediation"] if settled else ["closed_unresolved"]
        return ["late_first_answer", *ends]
    if response == "In progress":
        return ["closed_unresolved"]
    if response == "Closed with non-monetary relief":
        return ["closed_deemed", "settled_direct"]
    if response in MONEY:
        return ["closed_resolved", "settled_direct"]
    if number % 10 not in (2, 3) and row["consumer_disputed"] != "Yes":
        return ["withdrawn"]
    return [
        ["closed_resolved", "settled_in_mediation"],
        ["closed_resolved", "decided_upheld"],
        ["closed_unresolved"],
    ][number % 3]
