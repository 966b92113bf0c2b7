"""Four eyes: what one person proposes another one decides."""

from district.kernel.four_eyes.decisions import decide, require_other_person
from district.kernel.four_eyes.model import Proposal, four_eyes_constraints

__all__ = [
    "Proposal",
    "decide",
    "four_eyes_constraints",
    "require_other_person",
]
