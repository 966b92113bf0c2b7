"""What can keep a replay from running to its end, each in one sentence."""


class ReplayError(Exception):
    """The replay stops here; the sentence is for the person at the terminal."""


class UnreadableData(ReplayError):
    """The data set is missing, broken or not of the format asked for."""


class WrongServer(ReplayError):
    """The server is not one that may be replayed against."""


class ServerLost(ReplayError):
    """The server gave no answer for longer than a restart takes."""


class Interrupted(ReplayError):
    """Somebody asked the replay to stop; the next run goes on from here."""
