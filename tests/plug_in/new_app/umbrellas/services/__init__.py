"""The verbs of umbrellas."""

from umbrellas.services.lend_umbrella import lend_umbrella
from umbrellas.services.return_umbrella import return_umbrella

__all__ = ["lend_umbrella", "return_umbrella"]
