"""The WSGI application that the web workers serve; static files carry a hash of their content in their names."""

import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klientura.project.settings")

STATIC_ROOT = Path(__file__).parents[1] / "static"


def _is_hashed(path: str, url: str) -> bool:
    """Every built file but the manifest carries its content hash in its name, so it never changes."""
    return not url.endswith("manifest.json")


application = WhiteNoise(
    get_wsgi_application(),
    root=str(STATIC_ROOT) if STATIC_ROOT.exists() else None,
    prefix="static/",
    immutable_file_test=_is_hashed,
)
