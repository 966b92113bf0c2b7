"""The verbs of evidence files."""

from credit.evidence.services.absorb import move_files
from credit.evidence.services.bind import bind_files
from credit.evidence.services.check import (
    check_files,
    note_verdict,
    pass_file,
    refuse_file,
    set_visibility,
)
from credit.evidence.services.erase import erase_files, erase_on_request
from credit.evidence.services.look import OpenedFile, open_file, open_for_check
from credit.evidence.services.receive import store_file, withdraw_file
from credit.evidence.services.sweep import (
    erase_unused,
    remove_erased,
    remove_orphans,
    rewrap_files,
    unused_files,
)

__all__ = [
    "OpenedFile",
    "bind_files",
    "check_files",
    "erase_files",
    "erase_on_request",
    "erase_unused",
    "move_files",
    "note_verdict",
    "open_file",
    "open_for_check",
    "pass_file",
    "refuse_file",
    "remove_erased",
    "remove_orphans",
    "rewrap_files",
    "set_visibility",
    "store_file",
    "unused_files",
    "withdraw_file",
]
