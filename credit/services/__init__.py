"""What can be done in credit."""

from credit.services.codes import (
    count_scan,
    issue_code,
    issue_venue_codes,
    revoke_code,
    rotate_code,
)
from credit.services.inspections import open_round, record_inspection
from credit.services.objections import (
    approve_statement,
    reject_correction,
    reject_statement,
    request_correction,
    submit_statement,
    uphold_correction,
)
from credit.services.policies import (
    approve_score_policy,
    propose_score_policy,
    reject_score_policy,
    run_policy_shadow,
    withdraw_score_policy,
)
from credit.services.profiles import set_profile_entry, verify_licence
from credit.services.promises import join_promise, leave_promise, set_promise
from credit.services.ratings import (
    flag_rings,
    hide_rating_text,
    move_ratings,
    rate_purchase,
    reply_to_rating,
    show_rating_text,
)
from credit.services.record_case_outcome import record_case_outcome
from credit.services.record_remedy_debt import record_remedy_debt
from credit.services.records import (
    approve_charter_record,
    approve_repair,
    import_public_records,
    propose_charter_record,
    reject_charter_record,
    reject_repair,
    request_repair,
)
from credit.services.snapshots import revise_snapshots, revise_waiting, take_snapshots
from credit.services.statistics import take_district_statistics, take_statistics_of

__all__ = [
    "approve_charter_record",
    "approve_repair",
    "approve_score_policy",
    "approve_statement",
    "count_scan",
    "flag_rings",
    "hide_rating_text",
    "import_public_records",
    "issue_code",
    "issue_venue_codes",
    "join_promise",
    "leave_promise",
    "move_ratings",
    "open_round",
    "propose_charter_record",
    "propose_score_policy",
    "rate_purchase",
    "record_case_outcome",
    "record_inspection",
    "record_remedy_debt",
    "reject_charter_record",
    "reject_correction",
    "reject_repair",
    "reject_score_policy",
    "reject_statement",
    "reply_to_rating",
    "request_correction",
    "request_repair",
    "revise_snapshots",
    "revise_waiting",
    "revoke_code",
    "rotate_code",
    "run_policy_shadow",
    "set_profile_entry",
    "set_promise",
    "show_rating_text",
    "submit_statement",
    "take_district_statistics",
    "take_snapshots",
    "take_statistics_of",
    "uphold_correction",
    "verify_licence",
    "withdraw_score_policy",
]
