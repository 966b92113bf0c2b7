"""What must always hold of coupons: nothing may come back. The queries share no code with the verbs."""

from coupons.invariants.lifecycle import LIFECYCLE
from coupons.invariants.origins import ORIGINS
from coupons.invariants.planning import PLANNING
from coupons.invariants.whole_bills import WHOLE_BILLS

# Without those of planning, whose offences are planted by other tests.
COUPONS: dict[str, str] = {**ORIGINS, **WHOLE_BILLS, **LIFECYCLE}
INVARIANTS: dict[str, str] = {**COUPONS, **PLANNING}
