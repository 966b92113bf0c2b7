"""`manage.py test`: pytest beside the test server, in a data folder of its own."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from district.embedded.attaching import attach
from district.embedded.places import CLONE

# They take minutes or need a browser; CI names them (see .ci/run).
LEFT_OUT = "not browser and not kill and not slow"


def run_tests(arguments: Sequence[str]) -> int:
    """pytest's exit code. Without arguments the whole suite runs, on two processes where there are two cores.

    Raises EmbeddedError.
    """
    import pytest  # noqa: PLC0415 - only in the development environment

    attached = attach("test")
    folder = Path(tempfile.mkdtemp(prefix="district-test-"))
    os.environ["DISTRICT_DATA_DIR"] = str(folder)
    os.chdir(CLONE)
    try:
        return int(pytest.main([*_defaults(arguments), *arguments]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        attached.leave()


def _defaults(arguments: Sequence[str]) -> list[str]:
    given = {argument.split("=")[0] for argument in arguments}
    options = [] if given & {"-m"} else ["-m", LEFT_OUT]
    if not any(argument.startswith(("-n", "--numprocesses")) for argument in arguments):
        whole = not any(os.path.exists(argument.split("::")[0]) for argument in arguments)
        options += (
            ["-n", str(min(4, os.cpu_count() or 1))] if whole and "--pdb" not in given else []
        )
    return options
