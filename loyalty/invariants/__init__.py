"""What must always hold of the ledger: nothing may come back. The queries share no code with the verbs."""

from loyalty.invariants.ceilings import CEILINGS
from loyalty.invariants.ledger import LEDGER
from loyalty.invariants.lifecycle import LIFECYCLE

INVARIANTS: dict[str, str] = {**LEDGER, **LIFECYCLE, **CEILINGS}
