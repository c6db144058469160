"""What is kept for a while is forgotten by the clock."""

import re

from .sources import PACKAGE


def test_everything_that_forgets_is_called_by_a_task():
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.glob("kernel/**/*.py")}
    forgetting = {
        name
        for text in sources.values()
        for name in re.findall(r"^def (forget_\w+)\(\) -> int", text, re.MULTILINE)
    }
    tasks = "\n".join(text for path, text in sources.items() if path.name == "tasks.py")
    assert len(forgetting) >= 3
    assert [name for name in sorted(forgetting) if f"{name}()" not in tasks] == []
