"""python -m district.wechat.sandbox.pay: the settings by which a district talks to the sandbox, as JSON."""

import argparse
import json
from pathlib import Path

from district.wechat.sandbox.pay.account import PAY_FOLDER, account_in


def main() -> None:
    """Print them; the keys are made if nobody has made them yet."""
    parser = argparse.ArgumentParser(prog="python -m district.wechat.sandbox.pay")
    parser.add_argument("--data-dir", type=Path, required=True, help="as the sandbox gets it")
    parser.add_argument("--base", required=True, help="the sandbox's address")
    options = parser.parse_args()
    environment = account_in(options.data_dir / PAY_FOLDER).environment(options.base)
    print(json.dumps(environment))  # noqa: T201 - the launcher reads this line


if __name__ == "__main__":
    main()
