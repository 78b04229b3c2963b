"""An S3 endpoint for one sandbox server: moto, with a certificate that the server trusts like any other."""

import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
    """The endpoint as this machine reaches it; the server calls it HOST."""

    url: str
    port: int
    authority: Path

    def names(self, prefix: str = "") -> list[str]:
        """All objects of the bucket."""
        client = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            verify=False,
        )
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]


@contextmanager
def object_storage(server: SandboxServer, folder: Path, port: int = 5443) -> Iterator[ObjectStorage]:
    """A bucket that the server can use, until the block ends; then its objects are gone."""
    known = state.load(server.name)
    assert known
    certificate = _certificate(folder)
    log = (folder / "moto.log").open("w")
    # Otherwise moto takes the first part of the host's name for a bucket.
    env = {**os.environ, "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true"}
    command = [sys.executable, "-c", SERVE, known.host_address, str(port), str(certificate)]
    running = subprocess.Popen(command, stdout=log, stderr=log, env=env)
    try:
        url = f"https://{known.host_address}:{port}"
        _create_bucket(url, running)
        text = certificate.read_text()
        trust = "/usr/local/share/ca-certificates/storage.crt && update-ca-certificates >/dev/null"
        name = f"sed -i /{HOST}/d /etc/hosts; echo {known.host_address} {HOST} >> /etc/hosts"
        checked(server.ssh(f"printf '%s' '{text}' > {trust} && {{ {name}; }}"))
        yield ObjectStorage(url=url, port=port, authority=certificate)
    finally:
        running.terminate()
        running.wait()


def _create_bucket(url: str, running: "subprocess.Popen[bytes]") -> None:
    """As soon as the endpoint answers; it takes seconds to start."""
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        verify=False,
    )
    for _ in range(120):
        assert running.poll() is None, "moto has ended: see its log"
        try:
            client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        except botocore.exceptions.EndpointConnectionError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError("moto does not answer")


def _certificate(folder: Path) -> Path:
    """A certificate for HOST, signed by itself, and its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
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
