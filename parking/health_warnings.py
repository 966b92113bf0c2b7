"""What /readyz says of feeds: a person should look, while requests are served."""

from parking.queries.feeds import silent_feeds


def silent_feeds_warning() -> str:
    """Feeds that have fallen silent, of car parks in use; empty while all report."""
    names = silent_feeds()
    if not names:
        return ""
    return f"{len(names)} feeds of car parks are silent: {', '.join(names[:5])}; see the admin"
