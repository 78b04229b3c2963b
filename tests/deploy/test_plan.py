import ast
import json
from pathlib import Path

import pytest
import yaml

from tests.deploy.fake import ROOT, FakeServer, project_copy, run_pyinfra

INVENTORIES = ["sandbox", "staging", "production"]
COMPONENTS = ["Base", "Backup", "PostgreSQL", "PgBouncer", "Redis", "App", "History", "Alerts", "Edge"]


@pytest.mark.parametrize("inventory", INVENTORIES)
def test_every_inventory_plans_every_component_in_order(inventory: str, tmp_path: Path) -> None:
    project_copy(tmp_path, inventory, FakeServer(container=inventory == "sandbox"))
    done = run_pyinfra(tmp_path, inventory, "--dry", "--json")
    assert done.returncode == 0, done.stderr
    names = [operation["name"].split(" | ") for operation in json.loads(done.stdout)["plan"]]
    assert list(dict.fromkeys(name[0] for name in names)) == [
        *COMPONENTS,
        "Forget a release that was cut off",
        "Record the sources",
    ]
    certbot = any("certbot" in name[-1] for name in names)
    assert certbot == (inventory != "sandbox"), "only a sandbox signs its own certificate"


@pytest.mark.parametrize(
    ("ram_mb", "lines"),
    [
        (
            2048,
            ["shared_buffers = 256MB", "effective_cache_size = 1024MB", "work_mem = 16MB", "maxmemory 128mb"],
        ),
        (
            4096,
            [
                "shared_buffers = 1024MB",
                "effective_cache_size = 3072MB",
                "work_mem = 32MB",
                "maxmemory 256mb",
            ],
        ),
    ],
)
def test_the_configuration_carries_the_sizes(ram_mb: int, lines: list[str], tmp_path: Path) -> None:
    project_copy(tmp_path, "production", FakeServer(ram_mb=ram_mb))
    log = run_pyinfra(tmp_path, "production", "-y", "--diff").stderr
    assert [line for line in [*lines, "default_pool_size = 20"] if line not in log] == []


def test_an_override_reaches_the_configuration(tmp_path: Path) -> None:
    project_copy(tmp_path, "staging", FakeServer(), settings="work_mem_mb = 8\npool_timeout_s = 7\n")
    log = run_pyinfra(tmp_path, "staging", "-y", "--diff").stderr
    assert "work_mem = 8MB" in log
    assert "query_wait_timeout = 7" in log


def test_no_output_shows_a_secret(tmp_path: Path) -> None:
    project_copy(tmp_path, "sandbox", FakeServer())
    outputs = [
        run_pyinfra(tmp_path, "sandbox", *options)
        for options in (["-y", "-vvv", "--diff"], ["--dry", "--json"], ["--dry", "--debug-operations"])
    ]
    secrets = yaml.safe_load((tmp_path / "inventories/secrets/sandbox-demo.yml").read_text())
    for done in outputs:
        assert done.returncode == 0, done.stderr
        shown = [name for name, value in secrets.items() if value in done.stdout + done.stderr]
        assert shown == []


@pytest.mark.parametrize(
    ("server", "settings", "sentence"),
    [
        (FakeServer(version="debian-12"), "", "production runs debian-12, but Bantam needs debian-13"),
        (FakeServer(root=False), "", "production: the ssh user is neither root nor allowed to sudo"),
        (FakeServer(key=False), "", "production: root has no ~/.ssh/authorized_keys"),
        (
            FakeServer(free_mb={"/": 900}),
            "",
            "production: the file system / has 900 MB free, 4096 MB are needed",
        ),
        (
            FakeServer(free_mb={"/": 9000, "/opt": 90}),
            "",
            "production: the file system /opt has 90 MB free, 192 MB are needed",
        ),
        (FakeServer(sftp=False), "", "production: sshd offers no sftp, by which files are uploaded"),
        (
            FakeServer(listeners=['0.0.0.0:80 users:(("apache2",pid=7,fd=4))']),
            "",
            "production: port 80 is taken by apache2",
        ),
        (
            FakeServer(listeners=['127.0.0.1:5432 users:(("postgres",pid=7,fd=4))']),
            "",
            "production: port 5432 is taken by postgres",
        ),
        (FakeServer(ram_mb=1024), "", "production: the worst case needs"),
        (FakeServer(), "work_mem_mb = 64\n", "25 connections x work_mem x 1.5 2400"),
        (FakeServer(), "wrok_mem_mb = 8\n", "production: unknown setting `wrok_mem_mb`"),
        (FakeServer(), "server_address = '192.0.2.1'\n", "production: setting `server_address` is for"),
        (
            FakeServer(),
            "tls_issuer = 'local'\nserver_address = '2001:db8:0:0::1'\n",
            "`server_address` is not an IP address in its shortest form: 2001:db8::1.",
        ),
        (
            FakeServer(),
            "admins = {'ann': 'no key'}\n",
            "production: wrong setting: Expected `str` matching regex",
        ),
        (FakeServer(), "pool_size = 'many'\n", "production: wrong setting: Expected `int | null`, got `str`"),
    ],
)
def test_a_server_that_cannot_be_deployed_is_refused_in_one_sentence(
    server: FakeServer, settings: str, sentence: str, tmp_path: Path
) -> None:
    project_copy(tmp_path, "production", server, settings)
    done = run_pyinfra(tmp_path, "production", "-y")
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "Starting operation" not in done.stderr, "nothing may run on a refused server"


def test_our_listeners_are_no_strangers(tmp_path: Path) -> None:
    listeners = ['0.0.0.0:80 users:(("nginx",pid=7,fd=4))', '[::]:443 users:(("nginx",pid=7,fd=5))']
    project_copy(tmp_path, "production", FakeServer(listeners=listeners))
    assert run_pyinfra(tmp_path, "production", "--dry").returncode == 0


def test_a_missing_secret_is_refused_before_anything_runs(tmp_path: Path) -> None:
    project_copy(tmp_path, "production", FakeServer())
    secrets = tmp_path / "inventories/secrets/production.yml"
    secrets.parent.mkdir()
    secrets.write_text("cursor_key: " + "a" * 64 + "\n")
    done = run_pyinfra(tmp_path, "production", "-y")
    assert done.returncode == 1
    assert "inventories/secrets/production.yml: Object missing required field" in done.stderr
    assert "Starting operation" not in done.stderr


def test_the_firewall_leaves_open_the_port_that_sshd_listens_on(tmp_path: Path) -> None:
    project_copy(tmp_path, "staging", FakeServer(listeners=['0.0.0.0:2222 users:(("sshd",pid=7,fd=4))']))
    assert "tcp dport { 2222, 80, 443 } accept" in run_pyinfra(tmp_path, "staging", "-y", "--diff").stderr


@pytest.mark.parametrize(
    ("certbot", "wanted", "unwanted"),
    [
        ([], ["certbot certonly", "RENEWED_LINEAGE"], []),
        (["issued"], ["RENEWED_LINEAGE"], ["certbot certonly"]),
        (["issued", "placed"], [], ["certbot certonly", "RENEWED_LINEAGE"]),
    ],
)
def test_a_certificate_is_issued_once_and_put_in_place(
    certbot: list[str], wanted: list[str], unwanted: list[str], tmp_path: Path
) -> None:
    project_copy(tmp_path, "production", FakeServer(), responses={"/etc/letsencrypt/live": certbot})
    log = run_pyinfra(tmp_path, "production", "-y", "-vv").stderr
    executed = [line for line in log.splitlines() if ">>>" in line and "cmp -s" not in line]
    assert [part for part in wanted if not any(part in line for line in executed)] == []
    assert [part for part in unwanted if any(part in line for line in executed)] == []


TEMPLATE_CALLS = [
    (
        file.name,
        ast.literal_eval(arguments["src"]),
        sorted(arguments.keys() - {"name", "src", "dest", "user", "group", "mode"}),
    )
    for file in sorted((ROOT / "deploy").rglob("*.py"))
    for call in ast.walk(ast.parse(file.read_text()))
    if isinstance(call, ast.Call) and ast.unparse(call.func) == "files.template"
    for arguments in [{keyword.arg or "": keyword.value for keyword in call.keywords}]
]


@pytest.mark.parametrize(("file", "template", "values"), TEMPLATE_CALLS)
def test_every_value_given_to_a_template_is_used_there(file: str, template: str, values: list[str]) -> None:
    text = (ROOT / template).read_text()
    assert [value for value in values if value not in text] == [], f"deploy/{file}"
