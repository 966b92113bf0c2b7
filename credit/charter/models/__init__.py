"""The tables of the charter."""

from credit.charter.models.charters import CharterPledge, CharterVersion
from credit.charter.models.self_discipline import SelfDisciplineRecord

__all__ = ["CharterPledge", "CharterVersion", "SelfDisciplineRecord"]
