"""A small data set with every kind of row the rules speak of, and how far a run has come."""

import contextlib
import csv
import random
from datetime import date, timedelta

import psycopg
import pytest

from tests.replay.conftest import new_replay_database  # noqa: F401 - a fixture
from tests.replay_complaints.reference import COLUMNS, OTHERS

COMMAND = "replay_complaints"
HEADER = (
    *("complaint_id", "date_received", "product", "company", "date_sent_to_company"),
    *("company_response", "timely_response", "consumer_disputed"),
)
RESPONSES = (
    *("Untimely response", "In progress", "Closed with monetary relief", "Closed with relief"),
    *("Closed with non-monetary relief", "Closed with explanation", "Closed without relief"),
)
# Names of which the digest trims and quotes nothing.
COMPANIES = ("甲银行", 'B "and" C, LLC', " D ")


def write_complaints(folder, *, turns=1, seed=2023):
    """Every response with each column of the source, for each ending that the number chooses."""
    chance = random.Random(seed)
    rows = []
    for turn in range(turns):
        for response in RESPONSES:
            for is_timely in ("Yes", "No"):
                for number in (3, 4, 5) if response.startswith("Closed with") else (6,):
                    received = date(2023, 1, 17) + timedelta(days=chance.randrange(12))
                    rows.append(
                        {
                            "complaint_id": 10_000 + 30 * len(rows) + number + turn,
                            "date_received": received,
                            "product": "Mortgage",
                            "company": chance.choice(COMPANIES),
                            # Before the filing, the same day, and after the triage clock has ended.
                            "date_sent_to_company": received
                            + timedelta(days=chance.choice([-1, 0, 1, 20])),
                            "company_response": response,
                            "timely_response": is_timely,
                            "consumer_disputed": chance.choice(["", "No", "Yes"]),
                        }
                    )
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "complaints.csv", rows)
    return folder


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, HEADER, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def acts(replay_setup):
    """How many acts are stored so far; none while there are no tables."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(replay_setup.url) as connection:
        return connection.execute("select count(*) from complaints_caseeventrow").fetchall()[0][0]
    return 0


def fixed(outcome):
    """The figures that a separate program recomputes."""
    names = (*COLUMNS, *OTHERS, "merchants", "source_timely_no", "open", "companies_digest")
    return {name: outcome.result[name] for name in names}


@pytest.fixture(scope="session")
def few_complaints(tmp_path_factory):
    return write_complaints(tmp_path_factory.mktemp("complaints"))
