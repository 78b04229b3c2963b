import json
from pathlib import Path

import pytest

from bench import cache, growth
from bench.__main__ import main

TARGET = {
    "url": "https://10.0.0.2",
    "ca": None,
    "seed_token_key_file": "key",
    "ssh": ["false"],
    "kind": "sandbox",
}


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    (tmp_path / "target.json").write_text(json.dumps(TARGET))
    seed(tmp_path)
    return tmp_path


def seed(folder: Path, **told: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "seed.json").write_text(
        json.dumps({"scale": 1, "users": 2000, "seconds": 30, "work": 1} | told)
    )


def test_a_server_that_was_not_seeded_is_refused(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run_dir / "seed.json").unlink()

    assert main(["--run-dir", str(run_dir)]) == 1
    assert "seed.json: no such file or directory; `make seed` writes it" in capsys.readouterr().err


def test_a_small_seed_is_refused(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed(run_dir, scale=0.02)

    assert main(["--run-dir", str(run_dir)]) == 1
    assert (
        "The targets are for scale 1.0, but the server has 0.02: run `make seed`." in capsys.readouterr().err
    )


def test_a_part_that_there_is_not_is_refused(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--run-dir", str(run_dir), "reports"]) == 1
    assert "There is no part reports: the bench has ratios and figures." in capsys.readouterr().err


def test_a_server_that_fails_is_one_sentence_and_leaves_no_figures(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--run-dir", str(run_dir)]) == 1
    assert capsys.readouterr().err.startswith("The bench stopped: on the server, `rm -rf")
    assert not (run_dir / "bench.json").exists()


def test_a_comparison_needs_a_server_with_ten_times_the_work(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed(run_dir / "grown", work=2)

    assert growth.main(["--run-dir", str(run_dir), "--grown", str(run_dir / "grown")]) == 1
    assert (
        "grown is of a server with scale 1 and 2 times the work, not scale 1 and 10"
        in capsys.readouterr().err
    )


def test_the_cache_is_measured_with_the_whole_seed(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed(run_dir, scale=0.02)

    assert cache.main(["--run-dir", str(run_dir)]) == 1
    assert (
        "The targets are for scale 1.0, but the server has 0.02: run `make seed`." in capsys.readouterr().err
    )
    assert not (run_dir / "cache.json").exists()
