"""The file of a case: anybody can check it, and nothing in it can be changed unseen."""

import hashlib
import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from django.conf import settings

from credit.complaints.bundle import (
    BrokenChain,
    EvidenceDigest,
    EvidenceNotSealed,
    bundle_document,
    case_bundle,
)
from tests.credit.complaints.case_steps import (
    MERCHANT,
    SHOPPER,
    A,
    S,
    in_state,
    instant,
    remedy_due,
)

SCRIPT = settings.ROOT / "docs" / "verify_case.py"
PHOTO = b"the original photograph"
EVIDENCE = EvidenceDigest(
    name="photo.jpg",
    sha256=hashlib.sha256(PHOTO).hexdigest(),
    size_bytes=len(PHOTO),
    media_type="image/jpeg",
    given_by="merchant",
    given_at=instant("2026-06-01T09:30"),
)
MADE_AT = instant("2026-07-01T10:00")


@pytest.fixture(scope="module")
def sealed_document():
    run = remedy_due().do(A.MARK_DONE, MERCHANT, evidence=[EVIDENCE.seal], refund_fen=6_000)
    run.do(A.DENY, SHOPPER, note="只退了一半。")
    return bundle_document(run.events, [EVIDENCE], MADE_AT)


@pytest.fixture
def document(sealed_document):
    return json.loads(json.dumps(sealed_document))


@pytest.fixture(scope="module")
def verify_case():
    spec = importlib.util.spec_from_file_location("verify_case", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def check(verify_case, tmp_path, monkeypatch, capsys):
    """The script over some bytes, or over a document: its exit code and its lines."""

    def run(content, *arguments):
        path = tmp_path / "case"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        monkeypatch.setattr(sys, "argv", ["verify_case.py", str(path), *map(str, arguments)])
        code = verify_case.main()
        return code, capsys.readouterr().out.splitlines()

    return run


def zip_of(*files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, data in files:
            bundle.writestr(name, data)
    return buffer.getvalue()


def test_a_bundle_is_checked_by_the_script_alone(document, tmp_path):
    data = case_bundle(document, SCRIPT.read_text())
    path = tmp_path / "c1.zip"
    path.write_bytes(data)

    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert bundle.namelist() == ["case.json", "verify_case.py", "README.txt"]
        assert document["head"] in bundle.read("README.txt").decode()
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, path, "--head", document["head"]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[0], done.stderr) == (
        0,
        f"case c1: 7 events agree, ends in {document['head']}",
        "",
    )


def test_the_same_case_gives_the_same_bytes(document):
    assert case_bundle(document, "x") == case_bundle(json.loads(json.dumps(document)), "x")


CHANGED_EVIDENCE = "evidence 'photo.jpg': no event names it, or what is said of it was changed"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda case: case["events"][2].update(reason_code="forged"), "event 3: changed"),
        (lambda case: case["events"][2]["payload"].update(person="x"), "event 3: changed"),
        (lambda case: case["events"][2].update(seq=4), "event 3: missing, or not in order"),
        (lambda case: case["events"][2].update(seq=3.5), "a number that is not whole: 3.5"),
        (lambda case: case["events"][2].update(seq=True), "event 3: changed"),
        (lambda case: case["events"][2].update(seq=10**4_000), "event 3: changed"),
        (lambda case: case["events"][6].update(note="全退了。"), "event 7: its text was changed"),
        (lambda case: case["events"][6].update(note_salt="0"), "event 7: its text was changed"),
        (lambda case: case["events"][6].update(note=None), "event 7: its text was changed"),
        (lambda case: case["events"][0].update(note_salt="x"), "event 1: its text was changed"),
        (lambda case: case["events"][6].update(note=5), "event 7: its text is none"),
        (lambda case: case["events"][6].update(at=5), "event 7: not of its form"),
        (lambda case: case["events"][6].update(at="2020"), "event 7: its time is none"),
        (lambda case: case["events"][6].update(remark="x"), "event 7: 'remark' does not belong there"),
        (lambda case: case["events"][6].pop("hash"), "event 7: hash is missing"),
        (lambda case: case["events"][6].update(payload=[]), "event 7: not of its form"),
        (lambda case: case["events"].insert(0, "x"), "event 1: no object"),
        (lambda case: case["events"].pop(3), "event 4: missing, or not in order"),
        (lambda case: case["events"].pop(), "the last event is not the one the file names as its end"),
        (lambda case: case["events"].clear(), "the case has no events"),
        (lambda case: case.update(events=[], head="0" * 64), "the case has no events"),
        (lambda case: case.update(events={}), "the case has no events"),
        (lambda case: case.update(case="c2"), "the events are of another case than the one the file names"),
        (lambda case: case.update(remark="x"), "the case: 'remark' does not belong there"),
        (lambda case: case.pop("evidence"), "the case: evidence is missing"),
        (lambda case: case.update(format="x"), "the file is not of the format smart-district-case/1"),
        (lambda case: case["events"][4].update(prev_hash="0" * 64), "event 5: does not follow the one before"),
        (lambda case: case["evidence"][0].update(sha256="0" * 64), CHANGED_EVIDENCE),
        (lambda case: case["evidence"][0].update(given_by="shopper"), CHANGED_EVIDENCE),
        (lambda case: case["evidence"].clear(), "a piece of evidence that an event names is missing from the list"),
        (lambda case: case["evidence"].append(case["evidence"][0] | {"name": "more.jpg"}), CHANGED_EVIDENCE.replace("photo", "more")),
    ],
)  # fmt: skip
def test_every_change_is_seen(document, check, change, line):
    change(document)

    code, lines = check(document)
    assert code == 1
    assert line in lines


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", "the file is not JSON"),
        (b"[]", "the file is no case"),
        (b"\xff\xfe{}", "the file is not text in UTF-8"),
        (b'{"a": "\\ud800"}', "the file is not text in UTF-8"),
        (b'{"case": "c1", "case": "c2"}', "a member stands twice in one object"),
        (b'{"a": 1e999}', "a number that is not whole: 1e999"),
        (b'{"a": NaN}', "a number that is not whole: NaN"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "the file is not JSON"),
        (b"[" * 100_000, "the file is nested too deeply"),
        (zip_of(("README.txt", "x")), "the zip has no case.json"),
        (b"{}" + zip_of(("case.json", "{}")), "there is something beside the zip in the file"),
        (zip_of(("case.json", "{}"), ("decision.pdf", "x")), "the zip has a file that does not belong there"),
        (zip_of(("case.json", "{}"), ("../case.json", "x")), "the zip has a file that does not belong there"),
        (zip_of(("case.json", "{}")).replace(b"{}", b"{ "), "the file cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_in_one_way_only_is_one_line(check, text, line):
    code, lines = check(text)

    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith(line)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(document, check):
    text = json.dumps(document)
    code, lines = check(zip_of(("case.json", "{}"), ("case.json", text)))

    assert (code, lines) == (1, ["the zip has two files 'case.json'"])


def test_a_file_that_is_not_there_is_one_line(verify_case, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["verify_case.py", "nothing.zip"])

    assert verify_case.main() == 1
    assert capsys.readouterr().out.startswith("the file cannot be read: ")


def test_the_chain_must_end_in_the_hash_that_was_given(document, check):
    assert check(document, "--head", document["head"].upper())[0] == 0
    assert check(document, "--head", "f" * 64)[0] == 1


def test_an_erased_text_is_no_change(document, check):
    document["events"][6].update(note=None, note_salt=None)

    code, lines = check(document)
    assert (code, lines[1]) == (0, "texts erased since: 1; pieces of evidence: 1")


def test_originals_are_compared_with_their_digests(document, check, tmp_path):
    assert check(document, "--evidence", tmp_path) == (
        1,
        ["evidence 'photo.jpg': not in the folder"],
    )
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    assert check(document, "--evidence", tmp_path)[0] == 0
    (tmp_path / "photo.jpg").write_bytes(PHOTO + b".")
    assert check(document, "--evidence", tmp_path)[0] == 1
    document["evidence"][0]["name"] = "../photo.jpg"
    assert (
        "evidence '../photo.jpg': no name of a file" in check(document, "--evidence", tmp_path)[1]
    )


def test_no_bundle_is_made_of_a_broken_chain_or_of_evidence_that_is_not_sealed():
    run = in_state(S.CLOSED_RESOLVED)
    with pytest.raises(EvidenceNotSealed):
        bundle_document(run.events, [], MADE_AT)
    with pytest.raises(EvidenceNotSealed):
        bundle_document(run.events[:3], [EVIDENCE], MADE_AT)
    run.events[1] = replace(run.events[1], reason_code="forged")
    for events in (run.events, []):
        with pytest.raises(BrokenChain):
            bundle_document(events, [], MADE_AT)
