"""What the sources of bookings are called on screens and papers: each app above names its own."""

from district.kernel.backoffice.lazy_text import Text

_SOURCE_NAMES: dict[str, Text] = {}


def register_source(source: str, name: Text) -> None:
    """Register what a source of bookings is called; from the app's AppConfig.ready()."""
    _SOURCE_NAMES[source] = name


def source_name(source: str) -> str:
    """What people read; the bare word for a source whose app is no longer installed."""
    return str(_SOURCE_NAMES.get(source, source))
