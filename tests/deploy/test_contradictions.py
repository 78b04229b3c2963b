"""Settings that are valid one by one and not together."""

from typing import Any

import pytest
from pyinfra.api.exceptions import DeployError

from deploy.contradictions import refuse_contradictions
from deploy.settings import read_settings
from deploy.sizing import Overrides, size_server
from tests.deploy.test_settings import data


def check(**changes: Any) -> None:
    settings = read_settings("host", data(**changes))
    sizes = size_server(
        ram_mb=2048,
        cores=2,
        disk_mb=40_000,
        app_workers=settings.app_workers,
        reserve_pool_size=settings.reserve_pool_size,
        overrides=Overrides(),
    )
    refuse_contradictions("host", settings, sizes)


def test_the_defaults_agree_with_each_other() -> None:
    check()


S3 = {
    "backup_repository": "s3",
    "backup_host": "s3.example.com",
    "backup_bucket": "backups",
    "backup_region": "eu",
}
SFTP = {
    "backup_repository": "sftp",
    "backup_host": "host.example.com",
    "backup_user": "bantam",
    "backup_host_fingerprint": "SHA256:" + "A" * 43,
}


@pytest.mark.parametrize("repository", [S3, SFTP, {**SFTP, "backup_port": 23}])
def test_a_repository_elsewhere_needs_no_more(repository: dict[str, Any]) -> None:
    check(**repository)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"app_statement_timeout_ms": 15_000}, "setting `app_statement_timeout_ms` must be below 15000"),
        ({"pool_timeout_s": 5}, "setting `pool_timeout_s` must be more than 5"),
        ({"connect_timeout_s": 11}, "setting `connect_timeout_s` must not be more than `pool_timeout_s`"),
        ({"max_client_connections": 20}, "setting `max_client_connections` must be at least 30"),
        ({"log_slow_statement_ms": 6000}, "setting `log_slow_statement_ms` must not be more than"),
        ({"log_slow_statement_ms": 1}, "setting `log_slow_statement_ms` must be at least 10"),
        (
            {"requests_per_second_per_client": 501},
            "setting `requests_per_second_per_client` must not be more",
        ),
        ({"backup_repository": "s3"}, 'setting `backup_host` is missing: `backup_repository = "s3"` needs'),
        ({**S3, "backup_region": None}, "setting `backup_region` is missing"),
        ({**S3, "backup_user": "bantam"}, 'setting `backup_user` is not for `backup_repository = "s3"`'),
        ({**SFTP, "backup_host_fingerprint": None}, "setting `backup_host_fingerprint` is missing"),
        ({"backup_port": 23}, 'setting `backup_port` is not for `backup_repository = "path"`: remove it'),
    ],
)
def test_settings_that_contradict_each_other_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DeployError, match=f"^host: {sentence}"):
        check(**changes)
