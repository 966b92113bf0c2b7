"""The documents tell the truth about the code."""

import re
import string

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands

from district.kernel.errors import RESERVED
from district.kernel.http.error_catalogue import all_refusals
from district.kernel.plugin import district_apps

README = (settings.ROOT / "README.md").read_text()
READS_A_VARIABLE = re.compile(r'(?:env\.\w+|_keyring)\(\s*"([A-Z_]+)"')


def test_the_openapi_file_is_the_codes():
    call_command("openapi", "--check")


def test_the_page_of_refusals_is_the_codes():
    call_command("errors_page", "--check")


def test_every_variable_the_settings_read_is_in_the_readme_and_no_other():
    read = set(READS_A_VARIABLE.findall((settings.ROOT / "district" / "settings.py").read_text()))
    documented = set(
        re.findall(
            r"`((?:DISTRICT_|DATABASE_)[A-Z_]+)`",
            README.partition("## Settings")[2].partition("## In production")[0],
        )
    )

    assert read == documented


@pytest.mark.parametrize(
    "refusal", all_refusals(), ids=lambda refusal_class: refusal_class.__name__
)
def test_a_refusal_is_well_made(refusal):
    assert re.fullmatch(r"[a-z][a-z_]+", refusal.code)
    assert 400 <= refusal.status < 600
    assert str(refusal.title)
    facts = {name for _, name, _, _ in string.Formatter().parse(str(refusal.wording)) if name}
    assert not facts & RESERVED


def test_no_two_refusals_share_a_code():
    codes = [refusal.code for refusal in all_refusals()]

    assert len(codes) == len(set(codes))


def test_the_links_of_the_documents_lead_somewhere():
    pages = [
        settings.ROOT / "README.md",
        *settings.ROOT.glob("docs/**/*.md"),
        *settings.ROOT.glob("*/README.md"),
    ]
    dead = [
        (page.name, target)
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert dead == []


def test_every_command_the_documents_name_exists():
    pages = [
        settings.ROOT / "README.md",
        *settings.ROOT.rglob("README.md"),
        *settings.ROOT.glob("docs/**/*.md"),
    ]
    documented = {
        name
        for page in pages
        if ".venv" not in page.parts
        for name in re.findall(r"manage\.py (\w+)", page.read_text())
    }

    # manage.py answers these two itself, before Django.
    assert documented - {"test", "benchmarks"} - set(get_commands()) == set()
    assert "benchmarks" in (settings.ROOT / "manage.py").read_text()


def test_every_command_of_ours_is_in_the_readme():
    ours = {
        name
        for name, app in get_commands().items()
        if isinstance(app, str) and app in {config.name for config in district_apps()}
    }

    assert len(ours) > 6
    assert {name for name in ours if f"manage.py {name}" not in README} == set()


def test_the_glossary_names_things_as_the_code_does():
    names_in_code = set()
    for package in {config.name.partition(".")[0] for config in district_apps()}:
        for path in (settings.ROOT / package).rglob("*.py"):
            names_in_code |= set(re.findall(r"\w+", path.read_text()))
    rows = (settings.ROOT / "docs" / "glossary.md").read_text().splitlines()
    # Of the third column, without the words in brackets, which are to be avoided.
    names = {
        name
        for row in rows
        if row.startswith("|")
        for quoted in re.findall(r"`([\w.]+)`", row.split("|")[3].partition("(not")[0])
        for name in quoted.split(".")
    }

    assert len(names) > 50
    assert names - names_in_code == set()


def test_decisions_are_numbered_once():
    numbers = [path.name[:4] for path in (settings.ROOT / "docs" / "decisions").glob("*.md")]

    assert len(numbers) == len(set(numbers))
    assert all(number.isdigit() for number in numbers)
