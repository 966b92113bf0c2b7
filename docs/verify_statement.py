#!/usr/bin/env python3
"""Check a settlement statement without trusting whoever made it.

    python3 verify_statement.py STATEMENT.json [--previous EARLIER.json] [--seal DAY=HASH]

It needs nothing but Python. From the file that the back office (or `manage.py export_statement`)
gives a merchant it reckons again: every pair's points and money from the single movements, the parts
of a fen carried from cycle to cycle, the fee, the charges from the single bookings, the totals, the
statement's hash, each place in the daily journal, and the chain of the days. With `--previous`, what was carried must be what the
earlier statement left over; with `--seal`, the chain must lead to a hash that was published.

Exit codes: 0, everything agrees; 1, something does not, and the first check that found it says what (what
follows from it is not reported); 3, everything agrees that can be checked, but some of it is not sealed yet:
download the file again from the instant that is named.
"""

import argparse
import hashlib
import json
import sys

FORMATS = ("smart-district-statement/1", "smart-district-statement/2")
MILLI, PARTS = 1_000, 10_000_000
LINE = ("movements", "points", "milli_fen", "carry_in", "fen", "carry_out",
        "prefunded_milli_fen", "prefunded_carry_in", "prefunded_fen", "prefunded_carry_out")  # fmt: skip
FEE = ("milli_fen", "parts", "carry_in", "fen", "carry_out")
TOTAL = ("receivable", "payable", "fees", "fees_kept", "credits", "net", "prefunded", "due",
         "expired_points", "charges")  # fmt: skip


def sha(data):
    return hashlib.sha256(data).digest()


def whole(amount, per_fen):
    """Whole fen towards nothing, and the rest with the same sign."""
    fen = abs(amount) // per_fen * (1 if amount >= 0 else -1)
    return fen, amount - fen * per_fen


class Check:
    def __init__(self, data):
        self.data, self.wrong, self.unsealed = data, [], 0
        self.cycle, self.merchant, self.total = None, None, None
        self.lines, self.fees, self.credits, self.charges = {}, {}, [], {}
        # The first format knew no charges.
        self.bookings = data["bookings"] if data["format"] == FORMATS[1] else []

    def claim(self, holds, what):
        if not holds:
            self.wrong.append(what)

    def read(self):
        text = self.data["text"]
        self.claim(self.data["format"] in FORMATS, "unknown format")
        self.claim(sha("\n".join(text).encode()).hex() == self.data["hash"], "statement hash")
        for fact in text:
            kind, *words = fact.split("|")
            if kind == "cycle":
                self.cycle = {"number": int(words[0]), "ends_at": words[2]}
            elif kind == "merchant":
                self.merchant = words[0]
            elif kind == "line":
                pair = (words[0], words[1])
                self.claim(pair not in self.lines, f"line twice: {pair}")
                self.lines[pair] = dict(zip(LINE, map(int, words[2:]), strict=True))
            elif kind == "fee":
                self.claim(words[0] not in self.fees, f"fee twice: {words[0]}")
                self.fees[words[0]] = dict(zip(FEE, map(int, words[1:]), strict=True))
            elif kind == "credit":
                self.credits.append((words[1], words[2], int(words[3])))
            elif kind == "charge":
                who = tuple(words[:3])
                self.claim(who not in self.charges, f"charge twice: {who}")
                self.charges[who] = [int(words[3]), int(words[4])]
            elif kind == "total":
                # Charges that come to nothing are not listed.
                words += ["0"] * (len(words) == len(TOTAL) - 1)
                self.total = dict(zip(TOTAL, map(int, words), strict=True))
            else:
                self.wrong.append(f"unknown fact: {fact}")

    def carried(self, row, what, per_fen, amount="milli_fen", prefix=""):
        fen, rest = whole(row[amount] + row[f"{prefix}carry_in"], per_fen)
        self.claim(row[f"{prefix}fen"] == fen, f"{what}: {prefix}fen")
        self.claim(row[f"{prefix}carry_out"] == rest, f"{what}: {prefix}carry")

    def sums(self):
        """Lines and the fee, from the movements alone."""
        pairs, parts, base, leaves = {}, 0, 0, set()
        for movement in self.data["movements"]:
            leaf = movement["leaf"]
            letter, _tr, at, _kind, issuer, redeemer, _member, points, price, _lot = leaf.split("|")
            points, milli = int(points), int(points) * int(price)
            self.claim(letter in "DR" and (points > 0) == (letter == "D"), f"sign: {leaf}")
            self.claim(leaf not in leaves, f"movement twice: {leaf}")
            self.claim(at < self.cycle["ends_at"], f"after the cycle's end: {leaf}")
            self.claim(self.merchant in (issuer, redeemer), f"of others: {leaf}")
            self.claim(
                not movement["prefunded"] or issuer == self.merchant, f"prefund of others: {leaf}"
            )
            self.claim(
                not movement["fee_bp"] or redeemer == self.merchant, f"fee of others: {leaf}"
            )
            leaves.add(leaf)
            pair = pairs.setdefault((issuer, redeemer), [0, 0, 0, 0])
            pair[0] += 1
            pair[1] += points
            pair[2] += milli
            pair[3] += milli if movement["prefunded"] else 0
            if redeemer == self.merchant and movement["fee_bp"]:
                base += milli
                parts += milli * movement["fee_bp"]
        stated = {
            pair: [row["movements"], row["points"], row["milli_fen"], row["prefunded_milli_fen"]]
            for pair, row in self.lines.items()
        }
        for pair in pairs.keys() | stated.keys():
            self.claim(pairs.get(pair) == stated.get(pair), f"sum of {pair}")
        own = self.fees.get(self.merchant, {"milli_fen": 0, "parts": 0})
        self.claim(self.wrong or (own["milli_fen"], own["parts"]) == (base, parts), "fee")

    def charged(self):
        """The charges, from the bookings alone."""
        sums, leaves = {}, set()
        for booking in self.bookings:
            leaf = booking["leaf"]
            letter, source, _reference, at, payer, payee, fen = leaf.split("|")
            self.claim(letter == "B" and int(fen) != 0, f"no booking: {leaf}")
            self.claim(leaf not in leaves, f"booking twice: {leaf}")
            self.claim(at < self.cycle["ends_at"], f"after the cycle's end: {leaf}")
            self.claim(self.merchant in (payer, payee) and payer != payee, f"of others: {leaf}")
            leaves.add(leaf)
            charge = sums.setdefault((payer, payee, source), [0, 0])
            charge[0] += 1
            charge[1] += int(fen)
        for who in sums.keys() | self.charges.keys():
            self.claim(sums.get(who) == self.charges.get(who), f"charge of {who}")

    def totals(self):
        for pair, row in self.lines.items():
            self.claim(self.merchant in pair and pair[0] != pair[1], f"line of others: {pair}")
            self.carried(row, pair, MILLI)
            self.carried(row, pair, MILLI, "prefunded_milli_fen", "prefunded_")
        for merchant, row in self.fees.items():
            self.carried(row, f"fee of {merchant}", PARTS, "parts")
        if self.wrong:
            return
        me, own = self.merchant, self.total
        paid = [row for pair, row in self.lines.items() if pair[0] == me]
        self.claim(
            own["receivable"] == sum(r["fen"] for p, r in self.lines.items() if p[1] == me),
            "receivable",
        )
        self.claim(own["payable"] == sum(row["fen"] for row in paid), "payable")
        self.claim(own["prefunded"] == sum(row["prefunded_fen"] for row in paid), "prefunded")
        mine = self.fees.get(me, {"fen": 0})["fen"]
        everybody = sum(row["fen"] for row in self.fees.values())
        self.claim(own["fees"] == mine, "fees")
        # Only the alliance sees other merchants' fees, which it keeps.
        self.claim(own["fees_kept"] in (0, everybody), "fees kept")
        self.claim(
            own["fees_kept"] != 0 or set(self.fees) <= {me} or everybody == 0, "fees of others"
        )
        credit = sum(f if payee == me else -f for payer, payee, f in self.credits)
        self.claim(
            all(me in (payer, payee) for payer, payee, _f in self.credits), "credit of others"
        )
        self.claim(own["credits"] == credit, "credits")
        charged = sum(f if who[1] == me else -f for who, (_n, f) in self.charges.items())
        self.claim(all(me in who[:2] for who in self.charges), "charge of others")
        self.claim(own["charges"] == charged, "charges")
        if self.wrong:
            return
        net = own["receivable"] - own["payable"] - own["fees"] + own["fees_kept"] + own["credits"]
        net += own["charges"]
        self.claim(own["net"] == net, "net")
        self.claim(self.wrong or own["due"] == net + own["prefunded"], "due")

    def journal(self, published):
        seals, before = {}, None
        for seal in self.data["seals"]:
            text = "|".join(
                str(seal[name]) for name in ("day", "horizon", "leaves", "root", "previous")
            )
            self.claim(sha(f"seal|{text}".encode()).hex() == seal["hash"], f"seal of {seal['day']}")
            if before is not None:
                self.claim(seal["previous"] == before["hash"], f"chain at {seal['day']}")
                self.claim(seal["day"] > before["day"], f"order at {seal['day']}")
            seals[seal["day"]] = before = seal
        if self.wrong:
            return
        places = set()
        for movement in [*self.data["movements"], *self.bookings]:
            place = (movement["day"], movement["index"])
            if place == (None, None) and movement["proof"] is None and "sealed_from" in self.data:
                self.unsealed += 1
                continue
            seal = seals.get(movement["day"])
            self.claim(place not in places, f"place twice: {place}")
            places.add(place)
            if seal is None:
                self.wrong.append(f"not sealed: {movement['leaf']}")
                continue
            root = climb(movement["leaf"], movement["index"], seal["leaves"], movement["proof"])
            self.claim(root == seal["root"], f"proof: {movement['leaf']}")
        for day, digest in published:
            self.claim(day in seals and seals[day]["hash"] == digest, f"published seal of {day}")

    def follows(self, earlier):
        """Nothing was lost between two statements of the same merchant."""
        self.claim(not earlier.wrong, "the earlier statement's hash")
        self.claim(earlier.merchant == self.merchant, "the earlier statement is another merchant's")
        self.claim(earlier.cycle["number"] < self.cycle["number"], "the earlier statement is later")
        for name, now, then in (
            ("line", self.lines, earlier.lines),
            ("fee", self.fees, earlier.fees),
        ):
            for key in now.keys() & then.keys():
                for prefix in ("", "prefunded_") if name == "line" else ("",):
                    self.claim(
                        now[key][f"{prefix}carry_in"] == then[key][f"{prefix}carry_out"],
                        f"carried {name} of {key}",
                    )


def climb(leaf, index, leaves, proof):
    """The root that a leaf's proof leads to (RFC 6962, section 2.1.1); empty when it does not fit."""
    if type(index) is not int or not 0 <= index < leaves:
        return ""
    node, last, way = sha(b"\x00" + leaf.encode()), leaves - 1, list(proof)
    while last:
        if index % 2 or index < last:
            if not way:
                return ""
            other = bytes.fromhex(way.pop(0))
            node = sha(b"\x01" + (other + node if index % 2 else node + other))
        index, last = index // 2, last // 2
    return "" if way else node.hex()


def unambiguous(pairs):
    """The object of these names and values; a name with two values would hide one of them."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError("an object with one name twice")
    return dict(pairs)


def opened(path):
    with open(path, encoding="utf-8") as file:
        check = Check(json.load(file, object_pairs_hook=unambiguous))
    check.read()
    return check


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("statement")
    parser.add_argument("--previous", help="an earlier statement of the same merchant")
    parser.add_argument("--seal", action="append", default=[], metavar="DAY=HASH")
    options = parser.parse_args(arguments)
    try:
        check = opened(options.statement)
        published = [tuple(seal.split("=", 1)) for seal in options.seal]
        steps = [check.sums, check.charged, check.totals, lambda: check.journal(published)]
        if options.previous:
            steps.append(lambda: check.follows(opened(options.previous)))
        for step in steps:
            # What is wrong makes other things wrong: the first is the one to report.
            if not check.wrong:
                step()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as trouble:
        print(f"unreadable: {type(trouble).__name__}: {trouble}")
        return 1
    for what in check.wrong[:50]:
        print(f"does not agree: {what}")
    if check.wrong:
        print(f"{len(check.wrong)} things do not agree.")
        return 1
    total = check.total
    if check.unsealed:
        every = len(check.data["movements"]) + len(check.bookings)
        print(
            f"not sealed yet: {check.unsealed} of {every} movements and bookings have no proof so far;"
            " everything else agrees. Nothing is wrong: download the file again from"
            f" {check.data['sealed_from']} on."
        )
        return 3
    print(
        f"agrees: cycle {check.cycle['number']} of {check.merchant}: {len(check.lines)} lines,"
        f" {len(check.data['movements'])} movements, {len(check.bookings)} bookings,"
        f" {len(check.data['seals'])} seals;"
        f" net {total['net']} fen, due {total['due']} fen"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
