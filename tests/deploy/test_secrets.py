import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from pyinfra.api.exceptions import DeployError

from deploy.scram import _verifier, scram_matches, scram_verifier
from deploy.secrets import (
    begin_rotation,
    end_rotation,
    load_secrets,
    refuse_missing_s3_keys,
    refuse_other_secrets,
)


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_secrets_are_made_once_for_the_owner_alone() -> None:
    secrets = load_secrets("staging")
    assert load_secrets("staging") == secrets
    file = Path("inventories/secrets/staging.yml")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_each_environment_has_its_own() -> None:
    assert load_secrets("staging").cursor_key != load_secrets("production").cursor_key


def test_secrets_never_show_in_a_representation() -> None:
    secrets = load_secrets("staging")
    assert secrets.redis_app_password not in f"{secrets!r} {secrets}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: "\n".join(line for line in text.splitlines() if "cursor_key" not in line),
            "`cursor_key`",
        ),
        (lambda text: text + "other: x\n", "`other`"),
        (
            lambda text: text.replace("redis_app_password: ", "redis_app_password: pässwörd"),
            "`redis_app_password` may only have ASCII letters",
        ),
        (lambda text: text.replace("cursor_key: ", "cursor_key: ''  # "), "`cursor_key` is missing"),
        (lambda text: text + "backup_s3_key: a b\n", "`backup_s3_key` may only have ASCII letters"),
        (
            lambda text: text + "alert_warning: ops@example.com\n",
            "`alert_warning` may only have URLs of apprise",
        ),
        (lambda text: text + "alert_heartbeat: https://a/1 https://b/2\n", "`alert_heartbeat` is one URL"),
        (lambda text: text + "sentry_dsn: https://sentry.example.com/1\n", "`sentry_dsn` is one DSN"),
        (lambda _: "[", "staging.yml"),
    ],
)
def test_a_damaged_secrets_file_is_refused_by_name(change, message: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    load_secrets("staging")
    file = Path("inventories/secrets/staging.yml")
    file.write_text(change(file.read_text()))
    with pytest.raises(DeployError, match=message):
        load_secrets("staging")


def test_the_channels_of_alerts_outlive_a_rotation() -> None:
    load_secrets("staging")
    file = Path("inventories/secrets/staging.yml")
    channels = "slack://A/B/C mailto://user:p%40ss@example.com?to=ops@example.com"
    file.write_text(file.read_text() + f"alert_critical: {channels}\n")
    begin_rotation("staging")
    end_rotation("staging")
    assert load_secrets("staging").alert_critical == channels


def test_what_the_provider_of_a_bucket_gave_outlives_a_rotation() -> None:
    """It is not ours to replace, and may have characters that ours do not have."""
    load_secrets("staging")
    file = Path("inventories/secrets/staging.yml")
    file.write_text(file.read_text() + "backup_s3_key: AKIA+/=\nbackup_s3_secret: s3/+=\n")
    begin_rotation("staging")
    end_rotation("staging")
    secrets = load_secrets("staging")
    assert (secrets.backup_s3_key, secrets.backup_s3_secret) == ("AKIA+/=", "s3/+=")
    refuse_missing_s3_keys("host", "staging", secrets)


def test_a_bucket_without_its_keys_is_refused() -> None:
    with pytest.raises(DeployError, match=r"staging.yml lacks `backup_s3_key` and `backup_s3_secret` for"):
        refuse_missing_s3_keys("host", "staging", load_secrets("staging"))


def test_a_verifier_matches_its_password_only() -> None:
    verifier = scram_verifier("correct horse")
    assert scram_matches(verifier, "correct horse")
    assert not scram_matches(verifier, "battery staple")
    assert not scram_matches(None, "correct horse")
    assert not scram_matches("md5abc", "correct horse")


def test_the_verifier_is_the_one_of_rfc_7677() -> None:
    """RFC 7677's example exchange: its server signature follows from our server key."""
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    server_key = base64.b64decode(_verifier("pencil", salt, 4096).rsplit(":", 1)[1])
    messages = (
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    signature = hmac.digest(server_key, messages.encode(), "sha256")
    assert base64.b64encode(signature).decode() == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_a_server_with_other_secrets_is_refused_and_nothing_is_made() -> None:
    found = hashlib.sha256(load_secrets("staging").redis_app_password.encode()).hexdigest()
    refuse_other_secrets("vps", "staging", found=found, found_backup_key=None)
    refuse_other_secrets("vps", "production", found=None, found_backup_key=None)

    Path("inventories/secrets/staging.yml").unlink()
    with pytest.raises(DeployError, match=r"staging\.yml is missing: get the file from who"):
        refuse_other_secrets("vps", "staging", found=found, found_backup_key=None)
    assert not Path("inventories/secrets/staging.yml").exists()

    load_secrets("staging")
    with pytest.raises(DeployError, match="has other secrets than this server"):
        refuse_other_secrets("vps", "staging", found=found, found_backup_key=None)


def test_a_file_from_before_there_were_backups_gets_their_key() -> None:
    known = load_secrets("staging")
    file = Path("inventories/secrets/staging.yml")
    text = "\n".join(line for line in file.read_text().splitlines() if "backup_key" not in line)

    file.write_text(text)
    made = load_secrets("staging")
    assert len(made.backup_key) == 64
    assert (made.cursor_key, made.redis_app_password) == (known.cursor_key, known.redis_app_password)
    assert load_secrets("staging") == made
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("state", ["lost", "from before there were backups"])
def test_a_server_keeps_the_key_of_its_backups(state: str) -> None:
    file = Path("inventories/secrets/staging.yml")
    if state != "lost":
        load_secrets("staging")
        file.write_text("\n".join(line for line in file.read_text().splitlines() if "backup_key" not in line))

    assert load_secrets("staging", backup_key="k" * 64).backup_key == "k" * 64


def test_a_server_with_another_key_for_its_backups_is_refused() -> None:
    known = load_secrets("staging")
    password, key = (
        hashlib.sha256(value.encode()).hexdigest() for value in (known.redis_app_password, known.backup_key)
    )
    refuse_other_secrets("vps", "staging", found=password, found_backup_key=key)

    with pytest.raises(DeployError, match="another `backup_key` than this server"):
        refuse_other_secrets("vps", "staging", found=password, found_backup_key="0" * 64)


def test_a_rotation_keeps_the_key_of_the_backups() -> None:
    known = load_secrets("staging")

    assert begin_rotation("staging").backup_key == known.backup_key
