#!/usr/bin/env python3
"""Check the file of a complaint without trusting whoever made it.

    python3 verify_case.py CASE.zip|case.json [--head HASH] [--evidence FOLDER]

It needs nothing but Python. It reads the file in one way only: a member that stands twice, a second file of a name, a
file or a member that does not belong there is a fault. It reckons the hash of every event again, that each follows
the one before, that no event is missing, that no text was changed, that the states follow each other, that time never
runs backwards, and that the pieces of evidence are those the events name. With `--head`, the chain must end in a
hash that was given to you on another way: without it, somebody could have written the whole chain anew. With
`--evidence`, each file of the folder must be the one that was handed in: the original, as it was received; of evidence
in words a line with its salt, then the words.
The page and the copy of this script inside a zip are not sealed, nor is the instant at which the file was made; use a
script that you have from elsewhere.

Exit codes: 0, everything agrees; 1, something does not, or the file cannot be read, and the lines say what.
"""

import argparse
import hashlib
import json
import pathlib
import re
import sys
import zipfile

FORMAT = "smart-district-case/1"
BEGINNING = "0" * 64
LARGEST = 64 * 1024 * 1024
FILES = ("case.json", "verify_case.py", "README.txt")
TEXTS = ("actor", "action", "from", "to", "reason_code", "note_sha256", "policy_version",
         "calendar_version", "at")  # fmt: skip
SEALED = ("seq", "payload", *TEXTS)
EVENT = {*SEALED, "note", "note_salt", "prev_hash", "hash"}
EVIDENCE = {"name", "sha256", "size_bytes", "media_type", "given_by", "given_at"}
CASE = {"format", "case", "made_at", "head", "events", "evidence"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+08:00", re.ASCII)


class Unreadable(Exception):
    pass


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def shape(holds, what):
    if not holds:
        raise Unreadable(what)


def read_zip(file):
    names = file.namelist()
    # What stands before or behind the zip another program would read as something else.
    shape(not file.comment and min((entry.header_offset for entry in file.infolist()), default=0) == 0,
          "there is something beside the zip in the file")  # fmt: skip
    for name in names:
        shape(names.count(name) == 1, f"the zip has two files {name!a}")
        shape(name in FILES, f"the zip has a file that does not belong there: {name!a}")
    shape("case.json" in names, "the zip has no case.json")
    shape(file.getinfo("case.json").file_size <= LARGEST, "case.json is too large")
    return file.read("case.json")


def read_bytes(path):
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as file:
                return read_zip(file)
        shape(pathlib.Path(path).stat().st_size <= LARGEST, "the file is too large")
        return pathlib.Path(path).read_bytes()
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, NotImplementedError,
            EOFError, zipfile.zlib.error) as trouble:  # fmt: skip
        raise Unreadable(f"the file cannot be read: {trouble}") from None


def members(pairs):
    found = dict(pairs)
    shape(len(found) == len(pairs), "a member stands twice in one object")
    return found


def number(text):
    raise Unreadable(f"a number that is not whole: {text[:20]}")


def read(path):
    data = read_bytes(path)
    try:
        case = json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_float=number,
                          parse_constant=number)  # fmt: skip
        # Halves of letters, which JSON can write and no file can hold.
        canonical(case)
    except UnicodeError:
        raise Unreadable("the file is not text in UTF-8") from None
    except RecursionError:
        raise Unreadable("the file is nested too deeply") from None
    except ValueError as trouble:
        raise Unreadable(f"the file is not JSON: {trouble}") from None
    check_shape(case)
    return case


def check_shape(case):
    shape(isinstance(case, dict), "the file is no case")
    shape(case.get("format") == FORMAT, "the file is not of the format " + FORMAT)
    has_members(case, CASE, "the case")
    shape(
        isinstance(case["case"], str) and isinstance(case["head"], str),
        "the case is not of its form",
    )
    shape(isinstance(case["events"], list) and case["events"], "the case has no events")
    shape(isinstance(case["evidence"], list), "the evidence is no list")
    for place, event in enumerate(case["events"], 1):
        where = f"event {place}"
        has_members(event, EVENT, where)
        shape(all(isinstance(event[name], str) for name in (*TEXTS, "prev_hash", "hash")),
              f"{where}: not of its form")  # fmt: skip
        shape(all(event[name] is None or isinstance(event[name], str) for name in ("note", "note_salt")),
              f"{where}: its text is none")  # fmt: skip
        shape(INSTANT.fullmatch(event["at"]), f"{where}: its time is none")
        shape(isinstance(event["payload"], dict) and isinstance(event["payload"].get("details"), dict),
              f"{where}: not of its form")  # fmt: skip
        # An officer wrote what a shopper who is no member said, and how it was said.
        stated = event["payload"]["details"].get("stated_by", "")
        shape(stated in ("", "counter", "phone", "letter") and (not stated or event["actor"] == "shopper"),
              f"{where}: its stated_by is none")  # fmt: skip
        shape(isinstance(seals_of(event), list), f"{where}: not of its form")
    for item in case["evidence"]:
        has_members(item, EVIDENCE, "a piece of evidence")
        shape(isinstance(item["name"], str) and isinstance(item["sha256"], str),
              "a piece of evidence is not of its form")  # fmt: skip


def has_members(value, names, what):
    shape(isinstance(value, dict), f"{what}: no object")
    for name in sorted(names - value.keys()):
        raise Unreadable(f"{what}: {name} is missing")
    for name in sorted(value.keys() - names):
        raise Unreadable(f"{what}: {name!a} does not belong there")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seals_of(event):
    return event["payload"]["details"].get("evidence", [])


def text_is_right(event):
    """Erased, with its salt, or as it was sealed."""
    note, salt = event["note"], event["note_salt"]
    if note is None or salt is None:
        return note is salt
    return (bool(note) or not salt) and sha256(
        f"{salt}\n{note}".encode() if note else b""
    ) == event["note_sha256"]


def problems_of_events(case):
    before, state, at = BEGINNING, "new", ""
    if case["events"][0]["payload"]["details"].get("case_id") != case["case"]:
        yield "the events are of another case than the one the file names"
    for place, event in enumerate(case["events"], 1):
        sealed = canonical({name: event[name] for name in SEALED})
        if event["seq"] != place:
            yield f"event {place}: missing, or not in order"
        if event["prev_hash"] != before:
            yield f"event {place}: does not follow the one before"
        if event["hash"] != sha256(event["prev_hash"].encode() + b"\n" + sealed):
            yield f"event {place}: changed"
        if not text_is_right(event):
            yield f"event {place}: its text was changed"
        if event["from"] != state:
            yield f"event {place}: begins in {event['from']!a}, but the case was in {state!a}"
        if event["at"] < at:
            yield f"event {place}: earlier than the one before"
        before, state, at = event["hash"], event["to"], event["at"]
    if before != case["head"]:
        yield "the last event is not the one the file names as its end"


def problems_of_evidence(case):
    """An event seals a piece by the SHA-256 of what the file says of it."""
    sealed = {str(seal) for event in case["events"] for seal in seals_of(event)}
    for item in case["evidence"]:
        if sha256(canonical(item)) not in sealed:
            yield f"evidence {item['name']!a}: no event names it, or what is said of it was changed"
    for _ in sealed - {sha256(canonical(item)) for item in case["evidence"]}:
        yield "a piece of evidence that an event names is missing from the list"


def problems_of_originals(evidence, folder):
    for item in evidence:
        name = item["name"]
        path = folder / name
        if name in ("", ".", "..") or re.search(r"[/\\\0:]", name):
            yield f"evidence {name!a}: no name of a file"
        elif not path.is_file():
            yield f"evidence {name!a}: not in the folder"
        elif sha256(path.read_bytes()) != item["sha256"]:
            yield f"evidence {name!a}: not the file that was handed in"


def main():
    parser = argparse.ArgumentParser(description="Check the file of a complaint.")
    parser.add_argument("file")
    parser.add_argument("--head", help="the hash the chain must end in")
    parser.add_argument("--evidence", type=pathlib.Path, help="the folder of the original files")
    arguments = parser.parse_args()
    try:
        case = read(arguments.file)
    except Unreadable as trouble:
        print(trouble)
        return 1
    wrong = [*problems_of_events(case), *problems_of_evidence(case)]
    if arguments.head and arguments.head.lower() != case["head"]:
        wrong.append("the chain ends in another hash than the one you were given")
    if arguments.evidence:
        wrong += problems_of_originals(case["evidence"], arguments.evidence)
    for line in wrong:
        print(line)
    if not wrong:
        erased = sum(event["note"] is None for event in case["events"])
        print(f"case {case['case']}: {len(case['events'])} events agree, ends in {case['head']}")
        print(f"texts erased since: {erased}; pieces of evidence: {len(case['evidence'])}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
