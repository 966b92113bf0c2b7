"""What the sources of bookings are called on screens and papers: each app above names its own."""

from district.kernel.backoffice.lazy_text import Text

_NAMES: dict[str, Text] = {}


def name(source: str, called: Text) -> None:
    """Say what a source of bookings is called; from the app's AppConfig.ready()."""
    _NAMES[source] = called


def name_of(source: str) -> str:
    """What people read; the bare word for a source whose app is no longer installed."""
    return str(_NAMES.get(source, source))
