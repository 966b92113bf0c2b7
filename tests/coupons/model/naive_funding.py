"""The naive model's funding: who pays for a discount."""

from fractions import Fraction
from math import floor

# As their rows were made.
PARTIES = ["x", "y", "fund"]


def share_out(fen, shares, turn):
    """What nobody promised is the alliance's, to the nearest fen; of the others' fractions of a fen as
    many become whole ones as there must be. Whose, says a wheel that turns by 0.6181 each time: its
    spokes stand at equal distances, and whoever's fraction lies under one pays the fen."""
    alliance = floor(fen - sum(shares.values()) + Fraction(1, 2))
    parts = {party: floor(share) for party, share in shares.items()}
    pieces = {party: shares[party] - parts[party] for party in shares if shares[party] % 1}
    spokes = fen - alliance - sum(parts.values())
    while any(spokes * piece >= sum(pieces.values()) for piece in pieces.values()):
        whole = next(key for key in pieces if spokes * pieces[key] >= sum(pieces.values()))
        parts[whole] += 1
        spokes -= 1
        del pieces[whole]
    if spokes:
        gap = sum(pieces.values()) / spokes
        marks = [gap * (turn * Fraction(6_181, 10_000) % 1 + spoke) for spoke in range(spokes)]
        begins = 0
        for party in sorted(pieces, key=PARTIES.index):
            ends = begins + pieces[party]
            parts[party] += sum(begins <= mark < ends for mark in marks)
            begins = ends
    parts["alliance"] = alliance
    return {party: part for party, part in parts.items() if part}
