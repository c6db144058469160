"""The benchmarks run from nothing, and their ratios hold on a small base too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCALE = "0.001"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="CPU time is read from /proc"),
]


def run(script: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "KLIENTURA_DATA"}}
    return subprocess.run(
        [sys.executable, "-m", f"bench.{script}", *options],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench") / "data"


@pytest.mark.parametrize(
    ("script", "figure"),
    [
        ("lists", "HTML list of 50 / the bare statement"),
        ("search", "search by a misspelt surname: finding"),
        ("scope", "page of 50, own team, and shared"),
        ("untouched", "first 50 of mine without contact"),
        ("board", "board: counts and sums, per 50,000 open deals"),
        ("writes", "create with history and search"),
        ("papers", "price 200 lines"),
        ("startup", "memory of a web process (RSS)"),
        ("segments", "live count: nearly everybody"),
        ("maps", "map: heaps of the whole country"),
    ],
)
def test_a_benchmark_runs_on_a_small_base(script: str, figure: str, data: Path) -> None:
    answer = run(script, "--scale", SCALE, "--data", str(data))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert figure in answer.stdout


def test_an_import_costs_no_more_than_three_plain_copies() -> None:
    answer = run("imports", "--rows", "4000")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "import / plain COPY of the same records" in answer.stdout
