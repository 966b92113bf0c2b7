"""Why no demo district can be made here."""


class SeedingRefused(Exception):
    """A sentence for the person at the terminal."""
