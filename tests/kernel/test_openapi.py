"""The command that writes the contract refuses what it could only describe wrongly."""

import pytest
from django.core.management import CommandError, call_command


def test_a_name_that_clashes_is_refused_and_not_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("drf_spectacular.hooks.load_enum_name_overrides", dict)
    written = tmp_path / "openapi.json"
    monkeypatch.setattr("district.kernel.management.commands.openapi.Command.path", written)

    with pytest.raises(CommandError, match="see the warnings above"):
        call_command("openapi")

    assert "enum naming" in capsys.readouterr().err
    assert not written.exists()
