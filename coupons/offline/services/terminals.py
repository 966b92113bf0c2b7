"""Terminals: registered by the operator, equipped each time they are online."""

from django.db import transaction

from coupons.offline.errors import LogNotUploaded, TerminalNameTaken, TerminalRetired
from coupons.offline.models import Kit, Terminal
from coupons.offline.provisioning import KIT_LIFETIME
from district.kernel import audit, clock, idempotency
from district.kernel.idempotency import Key
from district.members.models import User
from district.merchants.models import Store


@transaction.atomic
def register_terminal(
    *,
    store: Store,
    name: str,
    allowance_count: int,
    allowance_fen: int,
    by: User,
    key: Key,
) -> Terminal:
    """A till of a store that may go on without the network, and how much the alliance answers for.

    Raises KeyReused, TerminalNameTaken.
    """
    earlier = idempotency.claim_key(key)
    if earlier is not None:
        return Terminal.objects.get(pk=earlier)
    # One store's terminals are few; its row orders two that take the same name.
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    if Terminal.objects.filter(store=store, name=name, retired_at=None).exists():
        raise TerminalNameTaken
    terminal = Terminal.objects.create(
        store=store,
        name=name,
        allowance_count=allowance_count,
        allowance_fen=allowance_fen,
        registered_at=clock.now(),
    )
    _record("register_terminal", terminal, by)
    idempotency.store_result(key, terminal.pk)
    return terminal


@transaction.atomic
def change_allowance(
    *, terminal: Terminal, allowance_count: int, allowance_fen: int, by: User
) -> Terminal:
    """How much the alliance answers for from the next kit on; kits given out stay as they are.

    Raises TerminalRetired.
    """
    held = _live(terminal)
    held.allowance_count, held.allowance_fen = allowance_count, allowance_fen
    held.save(update_fields=["allowance_count", "allowance_fen"])
    _record("change_allowance", held, by)
    return held


@transaction.atomic
def retire_terminal(*, terminal: Terminal, by: User) -> Terminal:
    """No kit any more; what its log still holds may be uploaded.

    Raises TerminalRetired.
    """
    held = _live(terminal)
    held.retired_at = clock.now()
    held.save(update_fields=["retired_at"])
    _record("retire_terminal", held, by)
    return held


@transaction.atomic
def equip_terminal(*, terminal: Terminal, last_seq: int, key: Key) -> Kit:
    """Leave to go on without the network for three days, once all of the terminal's log is here.

    Raises KeyReused, LogNotUploaded, TerminalRetired.
    """
    earlier = idempotency.claim_key(key)
    if earlier is not None:
        return Kit.objects.select_related("terminal__store").get(pk=earlier)
    held = _live(terminal)
    if last_seq != held.last_seq:
        raise LogNotUploaded(next_seq=held.last_seq + 1)
    at = clock.now()
    kit = Kit.objects.create(
        terminal=held,
        at=at,
        until=at + KIT_LIFETIME,
        allowance_count=held.allowance_count,
        allowance_fen=held.allowance_fen,
    )
    idempotency.store_result(key, kit.pk)
    return kit


def _live(terminal: Terminal) -> Terminal:
    """The terminal with its row locked. Raises TerminalRetired."""
    rows = Terminal.objects.select_for_update(no_key=True, of=("self",)).select_related("store")
    held = rows.get(pk=terminal.pk)
    if held.retired_at is not None:
        raise TerminalRetired
    return held


def _record(verb: str, terminal: Terminal, by: User) -> None:
    audit.record(
        verb=verb,
        subject=f"offline.terminal:{terminal.pk}",
        by=by,
        allowance_count=terminal.allowance_count,
        allowance_fen=terminal.allowance_fen,
    )
