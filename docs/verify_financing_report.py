#!/usr/bin/env python3
"""Check the file of a financing report without trusting whoever gave it to you, and without a network.

    python3 verify_financing_report.py REPORT.json --keys KEYS.json [--at 2026-12-01T12:00:00+08:00]

It needs nothing but Python. REPORT.json is what the merchant or the district gave you; KEYS.json is the answer of
/api/v1/financing/keys, which you fetched yourself from the district's own address: the signature is worth what your
way to the keys is worth. It checks that the digest is the text's, that the Ed25519 signature is the district's, and
that the report has not expired. Whether the merchant has taken it back only the district knows: ask at `verify_at`.
The arithmetic is that of RFC 8032 in plain Python: slow, and made for checking only.

Exit codes: 0, everything agrees; 1, something does not, or a file cannot be read, and the line says what.
"""

import argparse
import base64
import hashlib
import json
import sys
from datetime import datetime, timedelta, timezone

FORMAT = "smart-district-financing-report/1"
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def x_of(y, sign):
    """The x of a point by its y and the lowest bit of x; None where there is no such point."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x % 2 != sign else x


# Points as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
def point(y, sign):
    x = x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE = point(4 * pow(5, P - 2, P) % P, 0)


def add(left, right):
    a = (left[1] - left[0]) * (right[1] - right[0]) % P
    b = (left[1] + left[0]) * (right[1] + right[0]) % P
    c = 2 * left[3] * right[3] * D % P
    d = 2 * left[2] * right[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, place):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, place)
        place = add(place, place)
        number >>= 1
    return total


def read_point(data):
    number = int.from_bytes(data, "little")
    return point(number & (2**255 - 1), number >> 255)


def is_signed(key, message, signature):
    """Whether an Ed25519 signature of 64 bytes over the message is by the owner of a key of 32 bytes."""
    if len(key) != 32 or len(signature) != 64:
        return False
    owner, begin = read_point(key), read_point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if owner is None or begin is None or scalar >= L:
        return False
    hashed = hashlib.sha512(signature[:32] + key + message).digest()
    left = times(scalar, BASE)
    right = add(begin, times(int.from_bytes(hashed, "little") % L, owner))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def problem_of(report, keys, at):
    """What does not agree, or None."""
    text = report["text"].encode()
    if hashlib.sha256(text).hexdigest() != report["digest"]:
        return "altered: the digest is not the text's"
    key = next((row for row in keys["results"] if row["version"] == report["key"]), None)
    if key is None:
        return "the district publishes no key of this version"
    signature = base64.b64decode(report["signature"], validate=True)
    if not is_signed(base64.b64decode(key["public_key"], validate=True), text, signature):
        return "altered: the signature is not the district's"
    content = json.loads(report["text"])
    if content["format"] != FORMAT:
        return "unknown format"
    if at >= datetime.fromisoformat(content["expires_at"]):
        return f"expired at {content['expires_at']}"
    return None


def main():
    parser = argparse.ArgumentParser(description="Check the file of a financing report.")
    parser.add_argument("report")
    parser.add_argument("--keys", required=True, help="the answer of /api/v1/financing/keys")
    parser.add_argument("--at", type=datetime.fromisoformat, help="an instant, else now")
    arguments = parser.parse_args()
    at = arguments.at or datetime.now(timezone(timedelta(0)))
    if at.tzinfo is None:
        parser.error("--at needs its offset, such as +08:00")
    try:
        with open(arguments.report, encoding="utf-8") as file:
            report = json.load(file)
        with open(arguments.keys, encoding="utf-8") as file:
            keys = json.load(file)
        problem = problem_of(report, keys, at)
        content = json.loads(report["text"])
        name = f"{content['report']} of {content['merchant']['legal_name']}"
        purpose = f"for {content['institution']['name']}: {content['purpose']}"
        where = content["verify_at"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as trouble:
        print(f"unreadable: {type(trouble).__name__}: {trouble}")
        return 1
    if problem:
        print(problem)
        return 1
    print(
        f"agrees: {name}, {purpose}; whether it was taken back: {where}?digest={report['digest']}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
