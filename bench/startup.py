"""Starting: `dev.py run` on a base that is there to the first page, and the memory of one web process after work.

python -m bench.startup [--scale 1] [--data DIR]
"""

import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench import base
from bench.figures import Figure, finish

STARTS = 3


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        data = site.data
        for _request in range(40):
            site.get("/person")
            site.get("/api/v1/organisation", api=True)
        rss = max(_rss(pid) for pid in site.web())
    starts = [_start(data) for _turn in range(STARTS)]
    figures = [
        Figure("dev.py run to the first page, wall time", statistics.median(starts), "s", 3.0),
        Figure("memory of a web process (RSS)", rss, "MB", 150.0),
    ]
    return finish("startup", figures, options.scale)


def _start(data: Path) -> float:
    port = base.free_port()
    command = [sys.executable, "dev.py", "run", "--data", str(data), "--port", str(port), "--no-browser"]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=base.ROOT, env=base.ENVIRONMENT, stdout=subprocess.DEVNULL)
    try:
        base.wait_for(port, "/sign-in", process)
        return time.monotonic() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _rss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
