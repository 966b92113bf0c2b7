"""Drafts, messages and what comes with them: what their models cannot say. Part of 0002_guards."""

from district.kernel.database.triggers import refuse_changes

DRAFT, MESSAGE = "complaints_complaintdraft", "complaints_casemessage"
READING = "complaints_casenoticereading"
MESSAGE_WRITTEN_ONCE = (
    "update of id, public_id, case_id, sender, by_id, day, number, text, is_masked, written_at"
)
PROPOSAL, LABEL = "complaints_abuseproposal", "complaints_abuselabel"
PATTERN, CHECK = "complaints_casepattern", "complaints_withdrawalcheck"
CONSENT, BUNDLE = "complaints_mediationconsent", "complaints_casebundle"
CONTACT_GUARDS = [
    refuse_changes("decided_once", PROPOSAL, "update", "row", "when (old.state <> 'proposed')"),
    refuse_changes("set_once", LABEL, "update of id, proposal_id, begins_at, ends_at", "row"),
    refuse_changes(
        "lifted_once", LABEL, "update of lifted_at", "row", "when (old.lifted_at is not null)"
    ),
    refuse_changes(
        "found_once", PATTERN, "update of id, case_id, kind, other_id, facts, found_at", "row"
    ),
    refuse_changes("checked_once", CHECK, "update", "row", "when (old.state <> 'open')"),
    refuse_changes("append_only", CONSENT, "update or delete", "row"),
    refuse_changes("append_only", BUNDLE, "update or delete", "row"),
    *(
        refuse_changes("kept", table, "delete", "row")
        for table in (PROPOSAL, LABEL, PATTERN, CHECK)
    ),
    *(
        refuse_changes("no_truncate", table, "truncate", "statement")
        for table in (PROPOSAL, LABEL, PATTERN, CHECK, CONSENT, BUNDLE)
    ),
    refuse_changes("filed_once", DRAFT, "update", "row", "when (old.case_id is not null)"),
    refuse_changes("filed_kept", DRAFT, "delete", "row", "when (old.case_id is not null)"),
    refuse_changes("no_truncate", DRAFT, "truncate", "statement"),
    refuse_changes("written_once", MESSAGE, MESSAGE_WRITTEN_ONCE, "row"),
    refuse_changes(
        "settled_once",
        MESSAGE,
        "update of state, sent_at",
        "row",
        "when (old.state in ('sent', 'refused'))",
    ),
    refuse_changes(
        "read_once", MESSAGE, "update of read_at", "row", "when (old.read_at is not null)"
    ),
    refuse_changes("append_only", READING, "update or delete", "row"),
    refuse_changes("kept", MESSAGE, "delete", "row"),
    *(
        refuse_changes("no_truncate", table, "truncate", "statement")
        for table in (MESSAGE, READING)
    ),
]
