"""The action that puts work which was set aside back in its queue."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from district.kernel import attempts, audit
from district.kernel.backoffice.actions import Action
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.registry import person
from district.kernel.idempotency import Key
from district.kernel.models.attempts import RetriedWork


class Replay(Action):
    """Of one row; with `every`, of all that were set aside. `wake` wakes their worker."""

    icon = "replay"
    success_message = _("已放回队列。")

    def __init__(
        self,
        model: type[RetriedWork],
        wake: Callable[[], None],
        *,
        label: Any,
        explanation: Any,
        every: bool = False,
    ) -> None:
        self.model, self.wake = model, wake
        self.name = "replay-all" if every else "replay"  # type: ignore[misc]  # each screen's own
        self.label, self.explanation = label, explanation  # type: ignore[misc]

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        meta = self.model._meta
        return request.user.has_perm(f"{meta.app_label}.change_{meta.model_name}")

    def is_applicable(self, row: Any) -> bool:
        return row.set_aside_at is not None

    @transaction.atomic
    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        rows = self.model._default_manager.all()
        audit.record(
            by=person(request),
            verb="replay_set_aside",
            subject=f"{self.model._meta.label_lower}:{row.pk if row else '*'}",
            rows=attempts.replay(rows.filter(pk=row.pk) if row else rows),
        )
        transaction.on_commit(self.wake)


def replay_pair(
    model: type[RetriedWork],
    wake: Callable[[], None],
    *,
    labels: tuple[Text, Text],
    explanation: Text,
) -> tuple[Replay, Replay]:
    """The action of one row, and that of all."""
    label, label_of_all = labels
    return (
        Replay(model, wake, label=label, explanation=explanation),
        Replay(model, wake, label=label_of_all, explanation=explanation, every=True),
    )
