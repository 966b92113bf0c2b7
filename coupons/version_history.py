"""What was changed in a version before it was decided, by whom, and what it changes for the shopper."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coupons.models import TemplateVersion
from coupons.terms_diff import TermChange, changes
from district.kernel.database.postgres import first_row

State = TemplateVersion.State


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """An act on a draft: whose, when, and what it changed."""

    act: str
    by: str
    at: datetime
    changes: tuple[TermChange, ...]


def edits_of(version: TemplateVersion) -> list[DraftEdit]:
    """The acts on a version in their order, each with what it changed against the one before."""
    before: dict[str, Any] = {}
    edits = []
    for row in version.edits.select_related("by").order_by("pk"):
        changed = tuple(changes(before, row.contents)) if before and row.contents else ()
        edits.append(DraftEdit(str(row.get_act_display()), str(row.by), row.at, changed))
        before = row.contents or before
    return edits


def changes_since_published(
    version: TemplateVersion,
) -> tuple[TemplateVersion | None, list[TermChange]]:
    """What a version changes against the last one that was published; where there was none, against
    its own first draft, and None comes with it."""
    last = (
        TemplateVersion.objects.filter(
            template=version.template_id, state__in=[State.PUBLISHED, State.STOPPED]
        )
        .exclude(pk=version.pk)
        .order_by("-decided_at")
        .first()
    )
    now = contents_of(version)
    if last is not None:
        return last, changes(contents_of(last), now)
    first = version.edits.exclude(contents={}).order_by("pk").first()
    return None, changes(first.contents, now) if first is not None else []


def contents_of(version: TemplateVersion) -> dict[str, Any]:
    """What a stored version says, as `VersionEdit.contents`."""
    contents: dict[str, Any] = json.loads(
        first_row("select coupons_contents_of(%s)::text", version.pk)[0]
    )
    return contents
