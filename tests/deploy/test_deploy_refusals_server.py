"""What a real server cannot give is refused in one sentence, before anything on it changed."""

import pytest

from tests.conftest import NewServer
from tests.deploy.direct import pyinfra
from tests.servers import SandboxServer

pytestmark = pytest.mark.server

FINGERPRINT = "{ find /etc /usr/sbin -type f | sort | xargs sha256sum; dpkg --list; } | sha256sum"


A_SOCKET = """
cd /run/systemd/system && printf '[Service]\\nExecStart=true\\n' > ssh-none.service
printf '[Socket]\\nListenStream=/run/x\\nService=ssh-none.service\\n' > ssh.socket
systemctl daemon-reload; systemctl start ssh.socket
"""
A_UNIT = "[Service]\\nExecStart=true\\n[Install]\\nWantedBy=multi-user.target\\n"


@pytest.fixture(scope="module")
def server(bare_server: NewServer) -> SandboxServer:
    return bare_server("bare")


@pytest.mark.parametrize(
    ("prepare", "options", "restore", "sentence"),
    [
        (
            "systemd-run -q --unit=squatter python3 -m http.server 80 && sleep 1",
            [],
            "systemctl stop squatter",
            "port 80 is taken by python3",
        ),
        (
            "cd /usr/lib && cp -a os-release /root/kept && sed -i s/VERSION_ID=.*/VERSION_ID=12/ os-release",
            [],
            "cp -a /root/kept /usr/lib/os-release",
            "runs debian-12, but Bantam needs debian-13",
        ),
        (
            "mount -t tmpfs -o size=1G tmpfs /var/lib",
            [],
            "umount /var/lib",
            "the file system /var/lib has 1024 MB free, 2048 MB are needed",
        ),
        (
            "mount -t tmpfs -o size=100M tmpfs /opt",
            [],
            "umount /opt",
            "the file system /opt has 100 MB free, 192 MB are needed",
        ),
        (
            "sed -i 's/^Subsystem/#&/' /etc/ssh/sshd_config && systemctl reload ssh",
            [],
            "sed -i 's/^#Subsystem/Subsystem/' /etc/ssh/sshd_config && systemctl reload ssh",
            "sshd offers no sftp, by which files are uploaded",
        ),
        (
            "useradd -m plain && cp -r ~/.ssh ~plain/ && chown -R plain ~plain",
            ["--data", "ssh_user=plain"],
            "userdel -r plain 2>/dev/null",
            "the ssh user is neither root nor allowed to sudo",
        ),
        (
            "echo 'table inet mine { }' > /etc/nftables.conf",
            [],
            "rm /etc/nftables.conf",
            "/etc/nftables.conf has rules that would be lost",
        ),
        (
            "mkdir -p /etc/nginx/sites-enabled && cd /etc/nginx/sites-enabled && touch blog shop",
            [],
            "rm -r /etc/nginx",
            "nginx serves something else here (sites-enabled/blog, sites-enabled/shop)",
        ),
        (
            "mkdir -p /etc/postgresql/17/main && touch /etc/postgresql/17/main/postgresql.conf",
            [],
            "rm -r /etc/postgresql",
            "there is a PostgreSQL cluster 17/main that Bantam has not made",
        ),
        (
            "mkdir -p /etc/postgresql/16/old && echo 'port = 5432' > /etc/postgresql/16/old/postgresql.conf",
            [],
            "rm -r /etc/postgresql",
            "the PostgreSQL cluster 16/old is set to port 5432, which Bantam's needs",
        ),
        (
            f"printf '{A_UNIT}' > /etc/systemd/system/ufw.service && systemctl enable -q ufw",
            [],
            "systemctl disable -q ufw; rm /etc/systemd/system/ufw.service",
            "the firewall ufw is enabled: disable it",
        ),
        (
            "echo 'echo hello' | cat - ~/.bashrc > b && mv b ~/.bashrc",
            [],
            "sed -i 1d ~/.bashrc",
            "the login shell of root prints 'hello', which would be taken for results",
        ),
        (
            A_SOCKET,
            [],
            "systemctl stop ssh.socket; rm /run/systemd/system/ssh*; systemctl daemon-reload",
            "ssh.socket starts sshd for each connection",
        ),
        ("true", ["--data", "max_client_connections=20"], "true", "setting `max_client_connections` must be"),
        ("true", ["--data", "ssh_port=9"], "true", "Could not connect"),
        ("true", ["--data", "work_mem_mb=64"], "true", "the worst case needs"),
        ("true", ["--data", "pool_size=many"], "true", "wrong setting: Expected `int | null`, got `str`"),
        ("true", ["--data", "pol_size=20"], "true", "unknown setting `pol_size`"),
    ],
)
def test_a_deploy_that_cannot_succeed_changes_nothing(
    server: SandboxServer, prepare: str, options: list[str], restore: str, sentence: str
) -> None:
    prepared = server.ssh(prepare)
    assert prepared.returncode == 0, prepared.stderr
    before = server.ssh(FINGERPRINT).stdout
    done = pyinfra(server, "-y", *options)
    after = server.ssh(FINGERPRINT).stdout
    server.ssh(restore)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert before == after
    assert before


def test_make_says_it_in_one_line(server: SandboxServer) -> None:
    server.ssh("systemd-run -q --unit=squatter python3 -m http.server 443 && sleep 1")
    done = server.make("deploy")
    server.ssh("systemctl stop squatter")
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert lines == [f"sandbox-{server.name}: port 443 is taken by python3: stop it, Bantam needs that port."]
