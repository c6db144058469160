from pathlib import Path

import pytest

from klientura.project.database import parse_database_url
from klientura.project.embedded.layout import database_url, make_private, socket_dir
from klientura.project.embedded.refusal import Refusal


def test_socket_lies_in_the_data_directory() -> None:
    assert socket_dir(Path("/srv/klientura")) == Path("/srv/klientura/run")


def test_socket_of_a_long_path_lies_in_a_short_one_of_its_own() -> None:
    first, second = Path("/srv/" + "a" * 90), Path("/srv/" + "b" * 90)

    assert len(str(socket_dir(first) / ".s.PGSQL.5432")) < 100
    assert socket_dir(first) == socket_dir(first)
    assert socket_dir(first) != socket_dir(second)


def test_length_is_counted_in_bytes() -> None:
    assert socket_dir(Path("/srv/" + "я" * 60)).parent == Path("/tmp")


def test_settings_read_the_address_back() -> None:
    settings = parse_database_url(database_url(Path("/srv/моя папка & ко")))

    assert settings["HOST"] == "/srv/моя папка & ко/run"
    assert (settings["USER"], settings["NAME"]) == ("klientura", "klientura")


def test_private_directory_is_closed_to_others(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b"
    make_private(directory)
    assert directory.stat().st_mode & 0o777 == 0o700
    directory.chmod(0o755)

    make_private(directory)

    assert directory.stat().st_mode & 0o777 == 0o700


def test_link_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")

    with pytest.raises(Refusal) as refusal:
        make_private(tmp_path / "link")

    assert refusal.value.code == "directory_foreign"


def test_directory_of_another_owner_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        make_private(tmp_path, owners=frozenset({tmp_path.stat().st_uid + 1}))

    assert refusal.value.code == "directory_foreign"


def test_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Refusal) as refusal:
        make_private(tmp_path / "file" / "data")

    assert refusal.value.code == "directory_not_writable"
