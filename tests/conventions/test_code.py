"""What every file of the code keeps to."""

import ast
import importlib
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from district.kernel.plugin import district_apps

PACKAGES = sorted({config.name.partition(".")[0] for config in district_apps()})
LONGEST = 300
LONGEST_TEST = 400
HIDDEN = {".git", ".venv", ".district", "node_modules", "__pycache__"}
REGISTRY = re.compile(
    r"--(?:extra-)?index-url|\"resolved\": *\"http|registry *= *\"http|pypi\.org|pythonhosted|npmjs"
)
MACHINE = re.compile(r"(?<![\w.])/(?:root|home/\w+|work|farm)/")
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}")


def files_of_repository(*patterns):
    """The files of the repository, those of the next commit included; without git, whatever lies here."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [settings.ROOT / line for line in listed.stdout.splitlines()]
    else:
        found = [path for path in settings.ROOT.rglob("*") if not HIDDEN & set(path.parts)]
    return [
        path
        for path in found
        if path.is_file()
        and any(
            fnmatch(str(path.relative_to(settings.ROOT)), pattern) for pattern in patterns or "*"
        )
    ]


def text_of(path):
    try:
        return path.read_text()
    except (UnicodeDecodeError, FileNotFoundError):
        return ""


def test_layers_call_downward_only():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_files_are_read_in_one_sitting():
    long = {
        str(path.relative_to(settings.ROOT)): len(text_of(path).splitlines())
        for path in files_of_repository("*.py", "*.sql")
        if "migrations" not in path.parts
        and len(text_of(path).splitlines()) > (LONGEST_TEST if "tests" in path.parts else LONGEST)
    }

    assert long == {}


def test_no_file_names_a_registry_a_machine_or_a_secret():
    here = Path(__file__)
    found = [
        (path.name, pattern.pattern)
        for path in files_of_repository()
        if path != here
        for pattern in (REGISTRY, MACHINE, SECRET)
        if pattern.search(text_of(path))
    ]

    assert found == []


def test_migrations_have_one_line_of_descent():
    loader = MigrationLoader(None, ignore_no_migrations=True)

    forked = {
        app: names
        for app, names in loader.detect_conflicts().items()
        if loader.disk_migrations and app in {config.label for config in district_apps()}
    }
    assert forked == {}


def test_only_the_settings_read_the_environment():
    readers = [
        str(path.relative_to(settings.ROOT))
        for path in files_of_repository(*(f"{package}/*.py" for package in PACKAGES))
        if re.search(r"os\.(environ|getenv)", text_of(path))
    ]

    # Those that run before or beside Django prepare the environment that the settings read.
    allowed = (
        "district/embedded/",
        "district/bootstrap.py",
        "district/wsgi.py",
        "district/celery.py",
        "district/wechat/sandbox/",
    )
    allowed_commands = ("district/replay/", "district/kernel/management/commands/")
    assert [reader for reader in readers if not reader.startswith(allowed + allowed_commands)] == []


def public_functions(path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def test_every_verb_says_what_the_caller_gets():
    undocumented = [
        f"{path.parent.parent.name}.{node.name}"
        for path in files_of_repository("*/services/*.py")
        for node in public_functions(path)
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is None
    ]

    assert undocumented == []


@pytest.mark.parametrize(
    "app",
    [config.name for config in district_apps() if Path(config.path, "services").is_dir()],
)
def test_the_table_of_contents_names_every_verb(app):
    services = importlib.import_module(f"{app}.services")
    folder = Path(str(services.__file__)).parent
    verbs = {
        node.name
        for path in folder.glob("*.py")
        if path.name != "__init__.py"
        for node in public_functions(path)
        if isinstance(node, ast.FunctionDef)
    }

    assert verbs <= set(services.__all__)
