"""The scanner we did not write is the one its README names, with its licence beside it."""

import hashlib
import re

from django.conf import settings

FOLDER = settings.ROOT / "coupons/static/coupons/jsqr"


def test_the_vendored_files_have_the_sums_of_the_readme():
    listed = dict(re.findall(r"^\| `([\w.]+)` \| `([0-9a-f]{64})` \|$", readme(), re.MULTILINE))

    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.iterdir()
        if path.name != "README.md"
    }
    assert found == listed
    assert set(listed) == {"jsQR.js", "LICENSE"}


def readme():
    return (FOLDER / "README.md").read_text()
