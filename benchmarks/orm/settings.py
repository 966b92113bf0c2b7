"""The district's settings with one more address."""

from district.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.orm.urls"
