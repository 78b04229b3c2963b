"""An S3 endpoint for one sandbox server: moto, with a certificate that the server trusts like any other."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox import state
from tests.servers import SandboxServer, checked

HOST = "s3.storage.example"
BUCKET = "bantam-backups"
REGION = "eu-central-1"
PORT = 5443
# moto's own server ends connections as no endpoint does that pgBackRest is made for.
SERVE = """
from gevent import monkey, pywsgi
monkey.patch_all()
import sys
from moto.server import DomainDispatcherApplication, create_backend_app
_, host, port, certificate = sys.argv
app = DomainDispatcherApplication(create_backend_app)
pywsgi.WSGIServer((host, int(port)), app, certfile=certificate, keyfile=certificate + ".key").serve_forever()
"""


@dataclass(frozen=True, kw_only=True)
class ObjectStorage:
    """The endpoint at an address of this machine; servers that trust it call it HOST."""

    address: str
    certificate: Path
    running: "subprocess.Popen[bytes]"

    def is_trusted_by(self, server: SandboxServer) -> None:
        """The server knows its name and its certificate."""
        trust = "/usr/local/share/ca-certificates/storage.crt && update-ca-certificates >/dev/null"
        name = f"echo {self.address} {HOST} >> /etc/hosts"
        checked(server.ssh(f"echo '{self.certificate.read_text()}' > {trust} && {name}"))

    def names(self, prefix: str = "") -> list[str]:
        """All objects of the bucket."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def create_bucket(self) -> None:
        """As soon as the endpoint answers; it takes seconds to start."""
        for _ in range(120):
            assert self.running.poll() is None, "moto has ended: see its log"
            with suppress(botocore.exceptions.EndpointConnectionError):
                where = {"LocationConstraint": REGION}
                self._client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
                return
            time.sleep(0.5)
        raise AssertionError("moto does not answer")

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections, but answers nothing, until the block ends."""
        self.running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.running.send_signal(signal.SIGCONT)

    @property
    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=f"https://{self.address}:{PORT}",
            region_name=REGION,
            aws_access_key_id="any",
            aws_secret_access_key="any",
            verify=str(self.certificate),
        )


@contextmanager
def object_storage(server: SandboxServer, folder: Path) -> Iterator[ObjectStorage]:
    """A bucket that the server can use, until the block ends; then its objects are gone."""
    known = state.load(server.name)
    assert known
    certificate = _certificate(folder, known.host_address)
    # Otherwise moto takes the first part of the host's name for a bucket.
    env = {**os.environ, "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true"}
    command = [sys.executable, "-c", SERVE, known.host_address, str(PORT), str(certificate)]
    with (folder / "moto.log").open("w") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, env=env)
    storage = ObjectStorage(address=known.host_address, certificate=certificate, running=running)
    try:
        storage.create_bucket()
        storage.is_trusted_by(server)
        yield storage
    finally:
        running.terminate()
        running.wait()


def _certificate(folder: Path, address: str) -> Path:
    """A certificate for HOST and the address, signed by itself, and its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    names = [x509.DNSName(HOST), x509.IPAddress(ip_address(address))]
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "storage.pem"
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    Path(f"{path}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path
