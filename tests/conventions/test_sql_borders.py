"""No SQL function writes another app's table: it calls that app's function."""

from pathlib import Path

from django.apps import apps
from django.conf import settings

from docs.measure_code import TABLE_PREFIXES, foreign_writes, owner

ROOT = Path(settings.ROOT)


def test_no_sql_file_writes_a_table_of_another_app():
    files = [path.relative_to(ROOT) for path in ROOT.glob("*/**/sql/*.sql")]
    own = [path for path in files if not path.parts[0].startswith(".")]

    assert len(own) > 30
    assert foreign_writes(ROOT, own) == []


def test_the_reader_finds_each_way_to_write(tmp_path):
    file = Path("coupons/sql/wrong.sql")
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(
        "insert into coupons_coupon (id) values (1);\n"
        "insert into loyalty_lot (id) values (1);\n"
        "-- update loyalty_lot\n"
        "update only settlement_line set fen = 1;\n"
        "delete from kernel_idem;\n"
        "select * from loyalty_lot for update;\n"
    )

    assert foreign_writes(tmp_path, [file]) == [
        "coupons/sql/wrong.sql:2 loyalty_lot",
        "coupons/sql/wrong.sql:4 settlement_line",
        "coupons/sql/wrong.sql:5 kernel_idem",
    ]


def test_the_reader_knows_who_owns_each_table():
    ours = [config for config in apps.get_app_configs() if ROOT in Path(config.path).parents]
    for config in ours:
        if ".venv" in config.path:
            continue
        app = owner(f"{Path(config.path).relative_to(ROOT)}/models.py")
        for model in config.get_models(include_auto_created=True):
            table = model._meta.db_table
            assert [
                TABLE_PREFIXES[known] for known in TABLE_PREFIXES if table.startswith(known)
            ] == [app], table
