"""Who owes whom in the naive model."""


class ModelClearing:
    """What merchants owe each other, summed from the journal and from what was taken."""

    def settled(self, until):
        """Who owes whom for all that happened before an instant, in points and thousandths of a fen."""
        owed = {}
        for at, issuer, to, points, price in self.journal:
            if at < until and issuer != to:
                before = owed.get((issuer, to), (0, 0))
                owed[issuer, to] = (before[0] + points, before[1] + points * price)
        return {pair: sums for pair, sums in owed.items() if sums != (0, 0)}

    def claims(self):
        """Who owes whom, in points and thousandths of a fen."""
        owed = {}
        for take in self.takes:
            pair, points = (take.lot.issuer, take.to), take.points - take.back
            if take.lot.issuer != take.to and points:
                before = owed.get(pair, (0, 0))
                owed[pair] = (before[0] + points, before[1] + points * take.lot.price)
        return owed
