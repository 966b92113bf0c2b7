"""Scripts we did not write are the ones their README names, each with its licence."""

import hashlib
import re

from django.conf import settings

FOLDER = settings.ROOT / "district/static/third_party"


def test_the_third_party_files_have_the_sums_of_the_readme():
    listed = re.findall(r"^\| `([\w./]+)` \| `([0-9a-f]{64})` \|$", readme(), re.MULTILINE)

    found = {
        str(path.relative_to(FOLDER)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.rglob("*")
        if path.is_file() and path.name != "README.md"
    }
    assert found == dict(listed)
    for package in FOLDER.iterdir():
        assert package.name == "README.md" or (package / "LICENSE").is_file()


def readme():
    return (FOLDER / "README.md").read_text()
