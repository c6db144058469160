"""Addresses of lists: every number and every «more» leads to the records that it speaks of."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode


def list_url(key: str, tree: Mapping[str, Any], **more: str) -> str:
    """The list of an object's records that meet a filter; `more` is what else the address says, such as `sort`."""
    said = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    return f"/{key}?{urlencode({'filter': said, **more})}"
