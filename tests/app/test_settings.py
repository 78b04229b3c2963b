import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Secrets, SettingsError, decode, load_secrets

EXAMPLE = Path(__file__).parent / "app.toml"
SECRETS = ("redis-password", "cursor-key")


def run_app(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_example_is_a_whole_settings_file() -> None:
    settings = decode(EXAMPLE.read_bytes(), "app.toml")

    assert settings.database.pool_max == 10
    assert settings.http.loop == "uvloop"


@pytest.mark.parametrize(
    ("line", "replacement", "complaint"),
    [
        ("max_page = 1000", "max_page = 1001", r"`int` <= 1000.*http\.max_page"),
        ("max_page = 1000", 'max_page = "many"', r"Expected `int`, got `str`.*http\.max_page"),
        ("max_page = 1000", "", r"missing required field `max_page`"),
        ('loop = "uvloop"', 'loop = "twisted"', r"Invalid enum value 'twisted'.*http\.loop"),
        ("port = 6432", "port = 0", r"`int` >= 1.*database\.port"),
        ("pool_min = 2", "pool_min = 11", r"pool_min 11 is larger than database\.pool_max 10"),
        ("pool_timeout_s = 5.0", "pool_timeout_s = 0", r"database\.pool_timeout_s"),
        ("timeout_ms = 50", "timeout_ms = 50\nretries = 3", r"unknown field `retries`.*redis"),
        ("[redis]", "[memcached]", r"unknown field `memcached`|missing required field `redis`"),
        ("[redis]", "[redis", r"app\.toml: .*line"),
    ],
)
def test_an_invalid_settings_file_is_rejected_with_the_key_named(
    line: str, replacement: str, complaint: str
) -> None:
    text = EXAMPLE.read_text().replace(line, replacement)

    with pytest.raises(SettingsError, match=complaint) as refusal:
        decode(text.encode(), "app.toml")

    assert str(refusal.value).startswith("app.toml: ")
    assert str(refusal.value).endswith("start again.")


def test_every_key_of_the_example_is_needed() -> None:
    keys = re.findall(r"^\w+ = .*$", EXAMPLE.read_text(), re.MULTILINE)

    assert len(keys) == 17
    for key in keys:
        with pytest.raises(SettingsError, match=key.split(" ", maxsplit=1)[0]):
            decode(EXAMPLE.read_text().replace(key + "\n", "").encode(), "app.toml")


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("missing.toml", "The settings file missing.toml cannot be read (No such file or directory)"),
        ("bad.toml", "bad.toml: "),
    ],
)
def test_a_start_that_fails_is_one_sentence_and_exit_code_1(
    config: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text("[http]\nport = 1\n")

    done = run_app({"BANTAM_CONFIG": config})

    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in SECRETS:
        (tmp_path / name).write_text(f"the-{name}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("credentials")
def test_secrets_are_the_files_without_their_last_newline() -> None:
    secrets = load_secrets()

    assert secrets.redis_password == "the-redis-password"
    assert secrets.cursor_keys == (b"the-cursor-key",)


def test_while_the_cursor_key_changes_the_file_has_two(credentials: Path) -> None:
    (credentials / "cursor-key").write_text("new\nold\n")

    assert load_secrets().cursor_keys == (b"new", b"old")


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "cannot be read"), (b"\n", "is empty"), (b"\xff", "cannot be read")]
)
def test_a_missing_secret_is_named(
    credentials: Path, name: str, content: bytes | None, complaint: str
) -> None:
    (credentials / name).unlink()
    if content is not None:
        (credentials / name).write_bytes(content)

    with pytest.raises(SettingsError, match=f"{name} {complaint}"):
        load_secrets()


def test_secrets_do_not_show_in_their_representation() -> None:
    assert "hunter2" not in repr(Secrets("hunter2", (b"hunter2",)))
