#!/usr/bin/env python3
"""Django's entrance; where Django or a database is missing it brings them first."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent

# These only read settings, or a file: they need an address and secrets, but no running server.
WITHOUT_SERVER = {
    "", "--help", "--version", "help", "version", "check", "collectstatic", "compilemessages",
    "diffsettings", "makemessages", "score_credit", "spectacular",
}  # fmt: skip


def main() -> None:
    """Run the command in the project's own environment, beside a database."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the one line an older Python still has to understand
        sys.exit("district: Python 3.11 or newer is needed; this is %d.%d." % sys.version_info[:2])  # noqa: UP031
    if os.name != "posix":
        sys.exit("district: Linux or macOS is needed (on Windows, use WSL).")
    from district import bootstrap  # noqa: PLC0415 - an old Python must not read further

    bootstrap.enter(sys.argv, root=ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    from district import embedded  # noqa: PLC0415 - needs the environment that stands only now

    try:
        if command == "test":
            sys.exit(embedded.run_tests(sys.argv[2:]))
        if command == "benchmarks":
            from benchmarks.command import main as measure  # noqa: PLC0415 - likewise

            sys.exit(measure(sys.argv[2:]))
        with embedded.attached_server(start=command not in WITHOUT_SERVER):
            from district.kernel.management.command_line import execute  # noqa: PLC0415 - likewise

            execute(sys.argv)
    except embedded.EmbeddedError as refusal:
        sys.exit(f"district: {refusal}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
