import re
import runpy
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyinfra.api.exceptions import DeployError

from deploy.settings import Settings, read_settings

ALL = Path("inventories/group_data/all.py")
NAMES = [field.name for field in msgspec.structs.fields(Settings)]


def data(**changes: Any) -> dict[str, Any]:
    defaults = {name: value for name, value in runpy.run_path(str(ALL)).items() if not name.startswith("__")}
    return {
        **defaults,
        "environment": "staging",
        "server_name": "x.example",
        "acme_email": "a@x.example",
        **changes,
    }


def test_an_inventory_file_may_have_an_underscore_in_its_name() -> None:
    assert read_settings("host", data(environment="my_vps")).environment == "my_vps"


def test_the_defaults_and_an_inventory_make_settings() -> None:
    settings = read_settings("host", data(ssh_hostname="192.0.2.1", pool_size=12))
    assert settings.pool_size == 12


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pol_size": 20}, "host: unknown setting `pol_size`"),
        (
            {"pool_size": "twenty"},
            r"host: wrong setting: Expected `int \| null`, got `str` - at `\$.pool_size`",
        ),
        ({"pool_size": 0}, r"Expected `int` >= 1 - at `\$.pool_size`"),
        ({"tls_issuer": "selfmade"}, r"Invalid enum value 'selfmade' - at `\$.tls_issuer`"),
        ({"server_name": "not a name"}, r"at `\$.server_name`"),
        ({"acme_email": None}, "setting `acme_email` is missing"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DeployError, match=message):
        read_settings("host", data(**changes))


@pytest.mark.parametrize("name", ["environment", "server_name", "app_workers"])
def test_a_missing_setting_is_named(name: str) -> None:
    incomplete = data()
    del incomplete[name]
    with pytest.raises(DeployError, match=f"missing required field `{name}`"):
        read_settings("host", incomplete)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented(name: str) -> None:
    blocks = ALL.read_text().split("\n\n")
    block = next(block for block in blocks if re.search(rf"^{name}\b|`{name}`", block, re.MULTILINE))
    reason = re.search(r"^# (?!---)\S|^\"\"\"|^Each inventory", block, re.MULTILINE)
    assert reason, f"{name} has no reason in {ALL}"


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_read(name: str) -> None:
    main = Path("deploy/main.py").read_text() + Path("deploy/repository.py").read_text()
    assert f"settings.{name}" in main, f"nobody reads {name}"


def test_all_settings_are_known() -> None:
    # What begins with ssh_ is pyinfra's, with an underscore nobody's.
    defaults = {name for name in runpy.run_path(str(ALL)) if not name.startswith(("_", "ssh_"))}
    assert defaults <= set(NAMES)
