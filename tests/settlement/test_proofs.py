"""Seals, and the published script that checks a statement with nothing of ours."""

import copy
import json
import subprocess
import sys
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district.kernel import clock
from loyalty.services.set_terms import EarningTerms
from loyalty.settlement import merkle
from loyalty.settlement import services as settlement
from loyalty.settlement.models import JournalSeal, Statement
from loyalty.settlement.queries import sealed_from, statement_with_proofs
from tests.factories.loyalty import buy, make_earning_store, pay_points, undo
from tests.factories.settlement import book, closed
from tests.settlement.conftest import AFTER, FIRST, INSIDE, LAST

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_statement.py"


def mth(leaves):
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0].encode()).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=9), max_size=70))
def test_root_and_proofs_are_those_of_rfc_6962(lines):
    hashes = [merkle.leaf_hash(line) for line in lines]
    assert merkle.root_of(iter(hashes)) == (len(lines), mth(lines))
    tree = merkle.MerkleTree(hashes)
    climb = script_functions()["climb"]
    for index, line in enumerate(lines):
        proof = [node.hex() for node in tree.proof(index)]
        assert climb(line, index, len(lines), proof) == mth(lines).hex()
        assert climb(line + "x", index, len(lines), proof) != mth(lines).hex()
        assert climb(line, index, len(lines), [*proof, "00"]) == ""


def script_functions():
    namespace = {"__name__": "script"}
    exec(compile(SCRIPT.read_text(), str(SCRIPT), "exec"), namespace)
    return namespace


def verified(path, *options):
    """The script as a merchant runs it: an interpreter without our packages, in another folder."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, path, *options],
        cwd=path.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.fixture
def settled(member, zhang, wang):
    """Two closed and sealed months with fees, carries, a restore and charges; the second's statement."""
    tea = make_earning_store(EarningTerms(price_milli_fen=333))
    books = make_earning_store(EarningTerms(redeem_fee_bp=150, price_milli_fen=777))
    buy(member, tea, fen=100_000)
    buy(member, books, fen=20_000)
    pay_points(member, books, points=5)
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)
    with clock.travel_to(AFTER):
        settlement.seal_days()
        spent = pay_points(member, books, points=400)
        book(tea, books, 500, reference="rdm_1")
        book(books, tea, 70, reference="rdm_2", source="parking")
    with clock.travel_to(AFTER + timedelta(days=3)):
        undo(spent, books)
        pay_points(member, books, points=301)
        pay_points(member, tea, points=800)
        book(tea, books, -120, reference="rvr_1")
    cycle = closed(date(2026, 4, 30), by=zhang, approver=wang)
    with clock.travel_to(cycle.approved_at + timedelta(days=1)):
        settlement.seal_days()
    return Statement.objects.select_related("cycle").get(cycle=cycle, merchant=books.merchant)


@pytest.fixture
def exported(settled, tmp_path):
    path = tmp_path / "statement.json"
    path.write_text(json.dumps(statement_with_proofs(settled)))
    return path


def test_the_script_agrees_with_every_statement(settled, tmp_path):
    statements = Statement.objects.select_related("cycle")
    assert len(statements) == 6
    for statement in statements:
        path = tmp_path / f"{statement.public_id}.json"
        path.write_text(json.dumps(statement_with_proofs(statement)))
        code, output = verified(path)
        assert code == 0, output


def test_the_script_follows_what_was_carried_and_what_was_published(settled, exported, tmp_path):
    before = Statement.objects.select_related("cycle").get(
        cycle__number=1, merchant=settled.merchant_id
    )
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps(statement_with_proofs(before)))
    seal = json.loads(exported.read_text())["seals"][-1]

    assert verified(exported, "--previous", earlier)[0] == 0
    assert verified(earlier, "--previous", exported)[0] == 1
    assert verified(exported, "--seal", f"{seal['day']}={seal['hash']}")[0] == 0
    assert verified(exported, "--seal", f"{seal['day']}={'0' * 64}")[0] == 1


def places(value, path=()):
    """The way to every plain value of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in items:
        if isinstance(item, dict | list):
            yield from places(item, (*path, name))
        else:
            yield (*path, name)


def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    last = value[-1]
    return value[:-1] + ("1" if last != "1" else "2")


def test_whatever_is_changed_in_the_file_the_script_finds_it(exported):
    document = json.loads(exported.read_text())
    main = script_functions()["main"]
    every = [place for place in places(document) if place != ("statement",)]
    assert len(every) > 50
    for place in every:
        spoiled = copy.deepcopy(document)
        holder = spoiled
        for name in place[:-1]:
            holder = holder[name]
        holder[place[-1]] = changed(holder[place[-1]])
        exported.write_text(json.dumps(spoiled))
        assert main([str(exported)]) == 1, place


def test_figures_that_hash_right_but_add_up_wrong_are_found(exported):
    """Whoever makes the file can also hash it: the sums must give a lie away."""
    document = json.loads(exported.read_text())
    main = script_functions()["main"]
    lied = 0
    for at, fact in enumerate(document["text"]):
        kind, *words = fact.split("|")
        if kind in {"cycle", "merchant"}:
            continue
        for column, word in enumerate(words):
            # Not money: expired points are listed, and cannot be computed from a merchant's own side.
            if not word.lstrip("-").isdigit() or (kind == "total" and column == 8):
                continue
            text = list(document["text"])
            text[at] = "|".join([kind, *words[:column], str(int(word) + 1), *words[column + 1 :]])
            digest = sha256("\n".join(text).encode()).hexdigest()
            exported.write_text(json.dumps({**document, "text": text, "hash": digest}))
            assert main([str(exported)]) == 1, fact
            lied += 1
    assert lied > 20


def test_a_movement_or_booking_left_out_or_added_is_found(exported):
    document = json.loads(exported.read_text())
    for name in ("movements", "bookings"):
        whole = document[name]
        assert len(whole) > 1
        for spoiled in (whole[1:], [*whole, whole[0]]):
            exported.write_text(json.dumps({**document, name: spoiled}))
            assert verified(exported)[0] == 1


def test_a_statement_of_before_charges_is_still_one(settled, tmp_path):
    """The first format had neither charges nor bookings; what has both cannot pass for it."""
    before = Statement.objects.select_related("cycle").get(
        cycle__number=1, merchant=settled.merchant_id
    )
    for statement, code in ((before, 0), (settled, 1)):
        document = statement_with_proofs(statement) | {"format": "smart-district-statement/1"}
        path = tmp_path / "first.json"
        path.write_text(json.dumps(document))
        assert verified(path)[0] == code


@pytest.fixture
def waiting(settled, member, zhang, wang):
    """A month that closed this very day, of which the last night is not sealed yet."""
    at = clock.start_of_day(date(2026, 5, 31)) + timedelta(hours=12)
    third = make_earning_store()
    with clock.travel_to(at - timedelta(days=2)):
        pay_points(member, third, points=11)
    with clock.travel_to(at):
        settlement.seal_days()
        pay_points(member, third, points=13)
    cycle = closed(date(2026, 5, 31), by=zhang, approver=wang)
    return Statement.objects.select_related("cycle").get(cycle=cycle, merchant=third.merchant)


def test_what_is_not_sealed_yet_differs_from_what_is_wrong(waiting, tmp_path):
    path = tmp_path / "early.json"
    with clock.travel_to(waiting.cycle.approved_at):
        early = statement_with_proofs(waiting)
        ready = sealed_from(waiting)
    path.write_text(json.dumps(early))
    code, output = verified(path)

    assert (code, output.count("\n")) == (3, 1)
    assert output.startswith("not sealed yet: 1 of 2 movements and bookings")
    assert early["sealed_from"] == ready.isoformat()
    assert ready.isoformat() in output
    # Something wrong as well is wrong all the same, and reported alone.
    spoiled = copy.deepcopy(early)
    spoiled["movements"][0]["proof"] = ["00" * 32]
    path.write_text(json.dumps(spoiled))
    code, output = verified(path)
    assert (code, output.splitlines()[0][:24]) == (1, "does not agree: proof: D")
    assert output.splitlines()[-1] == "1 things do not agree."
    # Without a word of when, what has no proof is wrong.
    del early["sealed_from"]
    path.write_text(json.dumps(early))
    assert verified(path)[0] == 1

    with clock.travel_to(ready):
        settlement.seal_days()
        assert sealed_from(waiting) is None
        late = statement_with_proofs(waiting)
    path.write_text(json.dumps(late))
    assert "sealed_from" not in late
    assert verified(path)[0] == 0


def test_of_one_cause_one_thing_is_reported(exported):
    """A point more in one movement makes its pair, the fee and its proof wrong: the pair is reported."""
    document = json.loads(exported.read_text())
    leaf = document["movements"][0]["leaf"].split("|")
    leaf[7] = str(int(leaf[7]) + 1)
    document["movements"][0]["leaf"] = "|".join(leaf)
    exported.write_text(json.dumps(document))

    code, output = verified(exported)

    assert (code, len(output.splitlines())) == (1, 2)
    assert output.startswith("does not agree: sum of ")


def test_what_is_no_statement_is_refused_with_a_sentence(tmp_path):
    for text in ("", "[]", "{}", '{"text": 1}', '{"format": "x", "text": ["line|a"], "hash": ""}'):
        path = tmp_path / "x.json"
        path.write_text(text)
        code, output = verified(path)
        assert (code, output.splitlines()[0].startswith(("unreadable", "does not"))) == (1, True)


def test_a_statement_that_says_something_twice_is_unreadable(settled, tmp_path):
    path = tmp_path / "twice.json"
    text = json.dumps(statement_with_proofs(settled))
    path.write_text(text.replace('"format":', '"hash": "0", "format":', 1))
    assert verified(path) == (1, "unreadable: ValueError: an object with one name twice\n")


def test_every_day_is_sealed_once_and_late_postings_by_the_next_seal(member, tea, books):
    buy(member, tea, fen=10_000)
    with clock.travel_to(INSIDE + timedelta(days=3)):
        assert settlement.seal_days() == 3
        assert settlement.seal_days() == 0
    pay_points(member, books, points=30)
    with clock.travel_to(INSIDE + timedelta(days=4)):
        assert settlement.seal_days() == 1

    leaves = list(JournalSeal.objects.order_by("day").values_list("day", "leaves"))
    assert leaves == [
        (date(2026, 3, 10), 1), (date(2026, 3, 11), 0), (date(2026, 3, 12), 0),
        (date(2026, 3, 13), 1),
    ]  # fmt: skip
