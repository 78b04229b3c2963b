"""The edge: TLS that clients can trust, limits that work, and no disclosure of what runs behind it."""

import json
import ssl
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from verify.probes.units import Unit
from verify.probes.web import Answer, Edge

UNIT = "nginx.service"
WEEK = 7 * 86_400
# Enough for a client's burst, plus what it regains in the meantime.
BURST = 300


@pytest.fixture(scope="module")
def misdirected(edge: Edge) -> Answer:
    """The response to a request for a host that this server is not."""
    return edge.ask("/healthz", headers={"Host": "elsewhere.example"})


@pytest.fixture(scope="module")
def greeting(edge: Edge) -> Answer:
    return edge.ask("/healthz")


@pytest.fixture(scope="module")
def oversized(edge: Edge, settings: dict[str, Any]) -> Answer:
    body = b"x" * (settings["max_body_kb"] * 1024 + 1)
    return edge.ask("/api/tasks/1", method="PATCH", body=body, headers={"Content-Type": "application/json"})


@pytest.fixture(scope="module")
def too_many(edge: Edge, greeting: Answer, oversized: Answer) -> Answer:  # noqa: ARG001  they come first
    """The response to a client without a token that sends requests as fast as it can."""
    return edge.ask_until(429, "/healthz", at_most=BURST)


def version_only(version: ssl.TLSVersion, ciphers: str = "ALL") -> ssl.SSLContext:
    """A client that speaks only this version, with ciphers of its time."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = ssl.TLSVersion.TLSv1_3
        context.minimum_version = version
        context.maximum_version = version
    return context


@pytest.mark.parametrize(
    ("name", "value"), [("ActiveState", "active"), ("UnitFileState", "enabled"), ("NeedDaemonReload", "no")]
)
def test_service(unit: Callable[[str], Unit], name: str, value: str) -> None:
    assert unit(UNIT).properties[name] == value


def test_workers_are_not_root(host: Any, unit: Callable[[str], Unit]) -> None:
    assert set(host.check_output("ps -o user= --ppid %s", str(unit(UNIT).pid)).split()) == {"www-data"}


@pytest.mark.parametrize("setting", ["server_name", "server_address"])
def test_certificate_is_valid_for(edge: Edge, settings: dict[str, Any], setting: str) -> None:
    if settings[setting] is None:
        pytest.skip(f"the inventory sets no {setting}: the certificate does not need it")
    edge.handshake(settings[setting]).close()


def test_certificate_is_refused_for_another_name(edge: Edge) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        edge.handshake("another.example.com")


def test_certificate_lasts_a_week(edge: Edge, settings: dict[str, Any]) -> None:
    with edge.handshake(settings["server_name"]) as connection:
        certificate: Any = connection.getpeercert()
    assert ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time() > WEEK


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_tls_is_spoken(edge: Edge, settings: dict[str, Any], version: ssl.TLSVersion) -> None:
    edge.handshake(settings["server_name"], version_only(version)).close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["1.0", "1.1"])
def test_old_tls_is_refused(edge: Edge, settings: dict[str, Any], version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError) as refusal:
        edge.handshake(settings["server_name"], version_only(version))
    if refusal.value.reason == "NO_PROTOCOLS_AVAILABLE":
        pytest.skip(f"this machine's own OpenSSL refuses {version.name}: it cannot ask the server")
    assert refusal.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


@pytest.mark.parametrize(
    "ciphers",
    ["ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256"],
    ids=["SHA-1", "CBC"],
)
def test_weak_ciphers_are_refused(edge: Edge, settings: dict[str, Any], ciphers: str) -> None:
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        edge.handshake(settings["server_name"], version_only(ssl.TLSVersion.TLSv1_2, ciphers))


def test_http_leads_to_https(edge: Edge) -> None:
    answer = edge.ask_plainly("/api/projects/1?x=y")
    assert answer.status in {301, 308}
    name = f"[{edge.address}]" if ":" in edge.address else edge.address
    assert answer.headers["location"] == f"https://{name}/api/projects/1?x=y"


@pytest.mark.parametrize(
    ("name", "value"),
    [("strict-transport-security", "max-age=31536000"), ("x-content-type-options", "nosniff")],
)
@pytest.mark.parametrize("kind", ["greeting", "oversized", "too_many"])
def test_header(request: pytest.FixtureRequest, kind: str, name: str, value: str) -> None:
    answer: Answer = request.getfixturevalue(kind)
    assert answer.headers.get(name, "").startswith(value)


def test_serves_no_other_host(misdirected: Answer) -> None:
    assert misdirected.status == 421


def test_does_not_tell_its_version(greeting: Answer) -> None:
    assert greeting.headers["server"] == "nginx"


def test_http_2_is_spoken(edge: Edge, settings: dict[str, Any]) -> None:
    context = version_only(ssl.TLSVersion.TLSv1_3)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with edge.handshake(settings["server_name"], context) as connection:
        assert connection.selected_alpn_protocol() == "h2"


def test_oversized_body_is_refused(oversized: Answer) -> None:
    assert oversized.status == 413


def test_burst_without_a_token_is_refused(too_many: Answer) -> None:
    assert too_many.status == 429


def test_refused_burst_is_told_when_to_return(too_many: Answer) -> None:
    assert int(too_many.headers["retry-after"]) > 0


@pytest.mark.parametrize(("kind", "status"), [("oversized", 413), ("too_many", 429), ("misdirected", 421)])
def test_refusal_is_a_problem_document(request: pytest.FixtureRequest, kind: str, status: int) -> None:
    answer: Answer = request.getfixturevalue(kind)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert json.loads(answer.body)["status"] == status
