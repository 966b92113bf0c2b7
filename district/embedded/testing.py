"""`manage.py test`: pytest beside the test server, in a data folder of its own."""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from district.embedded.attachment import attach
from district.embedded.paths import CLONE

# They take minutes or need a browser; CI names them (see .ci/run).
LEFT_OUT = "not browser and not kill and not slow"
MOST_PROCESSES = 4


def run_tests(arguments: Sequence[str]) -> int:
    """pytest's exit code. The whole suite runs on several processes where there are several cores.

    Raises EmbeddedError.
    """
    import pytest  # noqa: PLC0415 - only in the development environment

    attached = attach("test")
    allow_bytecode(attached.data_dir / "bytecode")
    folder = Path(tempfile.mkdtemp(prefix="district-test-"))
    os.environ["DISTRICT_DATA_DIR"] = str(folder)
    os.chdir(CLONE)
    try:
        return int(pytest.main(with_defaults(arguments)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        attached.leave()


def allow_bytecode(folder: Path) -> None:
    """Compiled modules are kept below `folder` where the environment forbids them beside the source.

    Each of the hundreds of processes of a run would compile the whole project otherwise, which doubles its start.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(folder)
        sys.dont_write_bytecode = False


def with_defaults(arguments: Sequence[str]) -> list[str]:
    """The arguments, with what a person who gave none of the kind would want."""
    options = list(arguments)
    if not any(argument.startswith("-n") for argument in arguments):
        named_some = any(Path(argument.split("::")[0]).exists() for argument in arguments)
        cores = min(MOST_PROCESSES, os.cpu_count() or 1)
        if cores > 1 and not named_some and "--pdb" not in arguments:
            options = ["-n", str(cores), *options]
    return options if "-m" in arguments else ["-m", LEFT_OUT, *options]
