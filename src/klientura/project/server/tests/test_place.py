from pathlib import Path

import pytest

from klientura.project.server.place import choose_data_dir, ensure_secret_key, prepare_data_dir


def test_option_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLIENTURA_DATA", "/srv/environment")

    assert choose_data_dir("/srv/option") == Path("/srv/option")
    assert choose_data_dir(None) == Path("/srv/environment")


def test_relative_directory_does_not_depend_on_later_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert choose_data_dir("data") == tmp_path / "data"


@pytest.mark.parametrize(
    ("base", "expected"), [("/xdg", "/xdg/klientura"), ("", "/home/a/.local/share/klientura")]
)
def test_usual_directory_of_linux(monkeypatch: pytest.MonkeyPatch, base: str, expected: str) -> None:
    monkeypatch.delenv("KLIENTURA_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", base)
    monkeypatch.setenv("HOME", "/home/a")
    monkeypatch.setattr("sys.platform", "linux")

    assert choose_data_dir(None) == Path(expected)


def test_key_is_made_once_and_closed_again_when_it_was_opened(tmp_path: Path) -> None:
    key = ensure_secret_key(tmp_path)
    text = key.read_text()
    key.chmod(0o644)

    assert ensure_secret_key(tmp_path) == key

    assert key.read_text() == text
    assert len(text) >= 64
    assert key.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [key]


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    assert ensure_secret_key(tmp_path / "a").read_text() != ensure_secret_key(tmp_path / "b").read_text()


def test_directory_that_the_server_passes_through_stays_passable(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    prepare_data_dir(data_dir)
    assert data_dir.stat().st_mode & 0o777 == 0o700

    data_dir.chmod(0o711)
    prepare_data_dir(data_dir)
    assert data_dir.stat().st_mode & 0o777 == 0o711

    data_dir.chmod(0o755)
    prepare_data_dir(data_dir)
    assert data_dir.stat().st_mode & 0o777 == 0o700
