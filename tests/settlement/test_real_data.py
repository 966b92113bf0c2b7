"""A replayed year of real baskets gives the contract's figures, settles exactly, nets to nothing, and the
published script agrees."""

import json
from collections import defaultdict

import psycopg
import pytest

from tests.replay.conftest import new_replay_database  # noqa: F401 - the fixture
from tests.replay.test_reference import EXPECTED
from tests.settlement.test_proofs import verified

PEOPLE = ("--proposer", "zhang", "--approver", "wang")

# By instant alone, in plain Python: all of a replay is over when its cycles close.
DRAWS = """
    select to_char(transfer.at at time zone 'Asia/Shanghai', 'YYYY-MM'), lot.issuer_id,
        draw.redeemer_id, draw.points, lot.price_milli_fen
    from loyalty_draw draw join loyalty_transfer transfer on transfer.id = draw.transfer_id
    join loyalty_lot lot on lot.transfer_id = draw.lot_id
"""
LINES = """
    select to_char(cycle.starts_at at time zone 'Asia/Shanghai', 'YYYY-MM'), issuer_id, redeemer_id,
        points, milli_fen, fen * 1000 + carry_out - carry_in
    from settlement_line line join settlement_cycle cycle on cycle.id = line.cycle_id
"""


def settled_year(database, data, tmp_path, *, expected):
    for _first_time_or_again in range(2):
        replayed = database.run(data / "completejourney")
        assert (replayed.code, replayed.result["refused"]) == (0, []), replayed.err
        assert replayed.figures == expected
    outcome = database.run(*PEOPLE, command="settle")
    assert outcome.code == 0, outcome.err
    again = database.run(*PEOPLE, command="settle")
    assert again.result == outcome.result

    with psycopg.connect(database.url) as connection:
        drawn = defaultdict(lambda: [0, 0])
        for month, issuer, redeemer, points, price in connection.execute(DRAWS):
            if issuer != redeemer:
                drawn[month, issuer, redeemer][0] += points
                drawn[month, issuer, redeemer][1] += points * price
        lines = connection.execute(LINES).fetchall()
        nets = connection.execute(
            "select cycle_id, sum(net) from settlement_statement group by cycle_id"
        ).fetchall()
    assert {line[:3]: [line[3], line[4]] for line in lines} == drawn
    assert all(milli == settled for *_pair, milli, settled in lines)
    assert {net for _cycle, net in nets} == {0}
    assert database.run(command="audit").code == 0

    seal = outcome.result["last_seal"]
    files = []
    # The very last cycle may hold a few hours only.
    for number in (len(outcome.result["cycles"]) - 2, len(outcome.result["cycles"]) - 1):
        exported = database.run(number, "largest", command="export_statement")
        assert exported.code == 0, exported.err
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(exported.out)
    for file in files:
        code, output = verified(file)
        assert code == 0, output
    document = json.loads(files[-1].read_text())
    assert len(document["movements"]) > 10
    document["movements"][0]["leaf"] = document["movements"][0]["leaf"].replace(
        "|spend|", "|expire|"
    )
    files[-1].write_text(json.dumps(document))
    assert verified(files[-1])[0] == 1
    assert (
        seal["day"] > document["seals"][-1]["day"] or seal["hash"] == document["seals"][-1]["hash"]
    )
    assert sum(cycle["points"] for cycle in outcome.result["cycles"]) == expected["clearing_points"]


@pytest.mark.slow
def test_all_households_give_the_contracts_figures_and_settle_exactly(
    new_replay_database,  # noqa: F811 - the fixture
    shared_data,
    tmp_path,
):
    settled_year(new_replay_database(), shared_data, tmp_path, expected=EXPECTED[None])
