"""What the journal says in Chinese: each app names its verbs and its actors here."""

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice.lazy_text import Text
from district.kernel.models import AuditLine

Namer = Callable[[set[int]], Mapping[int, str]]

VERBS: dict[str, Text] = {}
EVENTS: dict[str, Text] = {}
_namers: dict[str, Namer] = {}


def name_verbs(**words: Text) -> None:
    """How the journal words the verbs of an app."""
    VERBS.update(words)


def name_events(**words: Text) -> None:
    """What the events of an app are called on the screen."""
    EVENTS.update(words)


def event_text(name: str) -> str:
    return str(EVENTS.get(name, name))


def name_actors(kind: str, namer: Namer) -> None:
    """Who stands behind actors such as `till:12`, many at once."""
    _namers[kind] = namer


def verb_text(verb: str) -> str:
    return str(VERBS.get(verb, verb))


def line_text(line: AuditLine) -> str:
    """What a line of the journal says was done, and where it was not done in the back office."""
    done = verb_text(line.verb)
    return _("%(act)s（命令行）") % {"act": done} if line.is_from_shell else done


def actor_texts(actors: Iterable[str]) -> dict[str, str]:
    """A name for each actor, with one query for each kind of them."""
    wanted = set(actors)
    by_kind: dict[str, set[int]] = {}
    for actor in wanted:
        kind, _colon, pk = actor.partition(":")
        if pk.isdecimal():
            by_kind.setdefault(kind, set()).add(int(pk))
    names = {actor: actor for actor in wanted} | {"system": _("系统")}
    for kind, pks in by_kind.items():
        if kind in _namers:
            names |= {f"{kind}:{pk}": name for pk, name in _namers[kind](pks).items()}
    return names


name_verbs(
    sign_in_admin=gettext_lazy("登录后台"),
    admin_add=gettext_lazy("新增"),
    admin_change=gettext_lazy("修改"),
    replay_set_aside=gettext_lazy("重新处理搁置项"),
)
