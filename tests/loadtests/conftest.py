import datetime as dt
import ipaddress
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.loadtests.contract_server import KEY, USERS, ContractServer
from tests.loadtests.kinds import SHAPE, Certificates, Finished, Load
from tests.preloaded import Preloaded

ROOT = Path(__file__).parents[2]
SCENARIO = "loadtests/scenarios/gate.py"
# Stands in for ssh: says what a small server at rest would say.
FAKE_SSH = Path(__file__).with_name("fake_ssh.py")


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _sign(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=subject == issuer, path_length=None), critical=True)
        .add_extension(address, critical=False)
        .sign(signer, hashes.SHA256())
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("tls")
    ca_key, other_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    (folder / "ca.pem").write_bytes(_pem(_sign("CA", "CA", ca_key, ca_key)))
    (folder / "other.pem").write_bytes(_pem(_sign("CA", "CA", other_key, other_key)))
    private = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(_pem(_sign("server", "CA", server_key, ca_key)) + private)
    (folder / "other-server.pem").write_bytes(_pem(_sign("server", "CA", server_key, other_key)) + private)
    names = ("ca.pem", "other.pem", "server.pem", "other-server.pem")
    return Certificates(*(folder / name for name in names))


@pytest.fixture
def server(certificates: Certificates) -> Iterator[ContractServer]:
    with ContractServer(certificates.server) as running:
        yield running


@pytest.fixture(scope="session")
def locust() -> Iterator[Preloaded]:
    preloaded = Preloaded("locust", "locust.main", "msgspec", "yaml")
    yield preloaded
    preloaded.close()


@pytest.fixture
def load(tmp_path: Path, certificates: Certificates, locust: Preloaded) -> Load:
    """Runs Locust as `make load` does, on a target whose facts can be told otherwise."""

    def run(url: str, /, *, shape: str = SHAPE, options: Sequence[str] = (), **told: object) -> Finished:
        (tmp_path / "key").write_bytes(KEY + b"\n")
        (tmp_path / "seed.json").write_text(json.dumps({"scale": 0.01, "users": USERS, "seconds": 1.0}))
        (tmp_path / "shape.yml").write_text(shape)
        target: dict[str, object] = {
            "url": url,
            "ca": str(certificates.ca),
            "seed_token_key_file": str(tmp_path / "key"),
            "ssh": [sys.executable, str(FAKE_SSH)],
            "kind": "sandbox",
        }
        (tmp_path / "target.json").write_text(json.dumps(target | told))
        files = [
            "--target",
            tmp_path / "target.json",
            "--run-dir",
            tmp_path,
            "--shape",
            tmp_path / "shape.yml",
        ]
        done = locust.run(
            *("-f", SCENARIO, "--headless", *map(str, files), *options),
            cwd=ROOT,
            env=dict(os.environ),
            folder=tmp_path,
        )
        return Finished(done.returncode, done.stdout, done.stderr, tmp_path)

    return run
