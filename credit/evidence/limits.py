"""How large and how many: of each kind of file, for each case and side."""

from datetime import timedelta

from credit.evidence.values import FileKind

MEGABYTE = 1024 * 1024
MOST_BYTES = {
    FileKind.IMAGE: 10 * MEGABYTE,
    FileKind.PDF: 10 * MEGABYTE,
    FileKind.VIDEO: 50 * MEGABYTE,
}
# For each side of a case, and for each person among the files that no case has yet.
MOST_FILES = {FileKind.IMAGE: 9, FileKind.PDF: 5, FileKind.VIDEO: 1}
# The largest file and the form around it.
FORM_BYTES = MOST_BYTES[FileKind.VIDEO] + MEGABYTE // 16
LINK_LIFETIME = timedelta(minutes=10)
# WeChat answers within thirty minutes, or never.
CHECK_PATIENCE = timedelta(minutes=30)
# What no case names by then is deleted.
UNUSED_LIFETIME = timedelta(days=7)
