"""What the sources of bookings are called on screens and papers: each app says it of its own."""

from district.kernel.plugin import settlement_sources


def source_name(source: str) -> str:
    """What people read; the bare word for a source whose app is no longer installed."""
    return str(settlement_sources().get(source, source))
