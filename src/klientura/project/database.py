"""DATABASE_URL → Django's database settings."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def parse_database_url(url: str) -> dict[str, Any]:
    """Read `postgresql://user:password@host:port/name?host=/socket/dir&sslmode=…`.

    Query parameters other than `host` and `port` are passed on to libpq. Raises ValueError for another scheme,
    because the product runs on PostgreSQL only.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"DATABASE_URL must start with postgresql://, not {parts.scheme}://")
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or (parts.hostname or "")
    port = query.pop("port", None) or (str(parts.port) if parts.port else "")
    return {
        "ENGINE": "klientura.project.postgres",
        "NAME": unquote(parts.path.lstrip("/")) or "klientura",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Pages are many and short: neither compiling a statement nor dividing it among processes pays for them.
        "OPTIONS": {
            **query,
            "options": "-c search_path=klientura,public -c jit=off -c max_parallel_workers_per_gather=0",
        },
    }
