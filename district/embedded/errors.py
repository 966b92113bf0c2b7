"""The one way the embedded server says no."""


class EmbeddedError(Exception):
    """The embedded server or the demo cannot run; the message is the sentence a person reads."""
