"""What files are by their bytes, and names that do no harm."""

import pytest

from klientura.kit.file_kinds import MOST_NAME, kind_of, safe_name


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "text/plain"),
        ("Привет\r\n".encode(), "text/plain"),
        (b"PK\x03\x04....word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04....readme", "application/zip"),
        (b"MZ\x90\x00", "application/x-msdownload"),
        (b"\x00\x01\x02\x03", "application/octet-stream"),
        (b"", "text/plain"),
    ],
)  # fmt: skip
def test_the_bytes_tell(head: bytes, kind: str):
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("договор.pdf", "договор.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\a b.txt", "a b.txt"),
        ("a\x00b\u202egpj.exe", "abgpj.exe"),
        ("  .htaccess ", "htaccess"),
        ("CON.txt", "_CON.txt"),
        ("a<b>:c|d?.txt", "a b c d .txt"),
        ("...", "file"),
        ("", "file"),
        ("x" * 400 + ".xlsx", "x" * (MOST_NAME - 5) + ".xlsx"),
    ],
)
def test_names_do_no_harm(given: str, kept: str):
    assert safe_name(given) == kept
