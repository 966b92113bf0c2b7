"""A new app plugs in by INSTALLED_APPS alone, and the tests of all apps hold it to what they hold."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

NEW_APP = Path(__file__).with_name("new_app")
SETTINGS = """
from pathlib import Path

from district.settings import *
from district.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "umbrellas.apps.UmbrellasConfig"]
GENERATED_DOCS = Path(__file__).parent
"""
MANAGEMENT_COMMANDS = """
import django
from django.core.management import call_command

django.setup()
call_command("check", fail_level="WARNING")
call_command("makemigrations", "umbrellas", check_changes=True, dry_run=True)
call_command("openapi")
call_command("errors_page")
"""
# Of the tests that walk over every app: those that reach the new one, at little cost.
KERNEL, ADMIN = "tests/kernel/test_every_", "tests/admin/test_"
CROSS_CUTTING = [
    "tests/plug_in/with_umbrellas.py",
    f"{KERNEL}endpoint.py::test_the_scene_covers_every_endpoint",
    f"{KERNEL}endpoint.py::test_the_right_request_is_served_and_repeated[lend_umbrella]",
    f"{KERNEL}endpoint.py::test_a_stranger_is_told_to_sign_in",
    f"{KERNEL}endpoint.py::test_a_wrong_value_is_refused_by_the_name_of_its_field[lend_umbrella]",
    f"{KERNEL}endpoint.py::test_a_missing_field_is_named",
    f"{KERNEL}address.py::test_every_other_method_is_refused",
    f"{KERNEL}address.py::test_an_unknown_query_parameter_is_refused_and_not_passed_over",
    f"{KERNEL}address.py::test_what_is_no_id_is_not_found",
    "tests/kernel/test_celery.py::"
    "test_every_timed_task_exists_and_goes_to_a_queue_that_workers_read",
    "tests/merchants/test_permissions.py",
    f"{ADMIN}every_page.py::test_the_walk_knows_every_screen_and_every_act",
    f"{ADMIN}every_page.py::test_every_address_asked_by_get_changes_no_table_breaks_nowhere_and_is_chinese[operator]",
    f"{ADMIN}scope.py::test_every_screen_is_either_scoped_or_for_operators_only",
    f"{ADMIN}scope_of_search.py::test_rows_cannot_be_opened_by_another_column[Loan]",
    "tests/conventions/test_documents.py::test_the_openapi_file_is_the_codes",
    "tests/conventions/test_documents.py::test_the_page_of_refusals_is_the_codes",
    "tests/conventions/test_documents.py::test_no_two_refusals_share_a_code",
    "tests/conventions/test_code.py::test_the_table_of_contents_names_every_verb",
    "tests/conventions/test_code.py::test_migrations_have_one_line_of_descent",
]


@pytest.mark.slow
def test_a_new_app_needs_one_line_in_installed_apps_and_passes_the_tests_of_all_apps(tmp_path):
    shutil.copytree(NEW_APP, tmp_path, dirs_exist_ok=True)
    (tmp_path / "with_umbrellas_settings.py").write_text(SETTINGS)
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "with_umbrellas_settings",
        "PYTHONPATH": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    for command in (
        ["-c", MANAGEMENT_COMMANDS],
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=8", *CROSS_CUTTING],
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=settings.ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
