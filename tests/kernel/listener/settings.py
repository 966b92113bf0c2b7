"""The district's settings, with somebody who listens."""

from district.settings import *  # noqa: F403
from district.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.kernel.listener.ListenerConfig"]
