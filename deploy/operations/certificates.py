"""Certificates: from the server's own CA, or from one that browsers trust."""

from collections.abc import Generator
from ipaddress import ip_address

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from pyinfra.facts.files import File

FOLDER = "/etc/bantam/tls"
CERTIFICATE = f"{FOLDER}/server.crt"
_CA_EXTENSIONS = (
    "-addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign"
)
_LONGEST_COMMON_NAME = 64
_NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"


class CertificateNames(FactBase[list[str]]):
    """The names in the server's certificate: ["DNS:x", "IP Address:y"]; empty if it expires within a week."""

    default = list

    def command(self) -> str:
        """Prints nothing if there is no certificate, or if it expires soon."""
        return (
            f"openssl x509 -in {CERTIFICATE} -noout -checkend 2592000 >/dev/null 2>&1"
            f" && openssl x509 -in {CERTIFICATE} -noout -ext subjectAltName || true"
        )

    def process(self, output: list[str]) -> list[str]:
        """The names on the last line, addresses as Python writes them (openssl spells them out)."""
        names = [name.strip() for name in output[-1].split(",")] if output else []
        return [_as_written(name) for name in names]


def _as_written(name: str) -> str:
    kind, _, value = name.partition(":")
    return f"{kind}:{ip_address(value)}" if kind == "IP Address" else name


@operation()
def local_certificate(
    server_name: str, server_address: str | None, only_to_begin: bool
) -> Generator[StringCommand]:
    """
    There is a certificate for the server, valid for at least a week and signed by the server's own CA.

    + server_name: DNS name
    + server_address: IP address, for servers without DNS
    + only_to_begin: never replace an existing one
    """
    if only_to_begin and host.get_fact(File, path=CERTIFICATE):
        host.noop("there is a certificate")
        return
    current: list[str] = host.get_fact(CertificateNames)
    wanted = {f"DNS:{server_name}"} | ({f"IP Address:{server_address}"} if server_address else set())
    if wanted <= set(current):
        host.noop(f"the certificate for {server_name} is valid")
        return
    names = f"DNS:{server_name}" + (f",IP:{server_address}" if server_address else "")
    ca = f"-keyout {FOLDER}/ca.key -out {FOLDER}/ca.crt -days 3650 -subj"
    yield StringCommand(
        f"umask 077; test -s {FOLDER}/ca.crt || openssl req -x509 {_NEW_KEY} {ca}",
        QuoteString(f"/CN={_common_name('Bantam CA of ', server_name)}"),
        _CA_EXTENSIONS,
    )
    request = f"{FOLDER}/server.csr"
    yield StringCommand(
        f"umask 077; openssl req {_NEW_KEY} -keyout {FOLDER}/server.key.next -out {request} -subj",
        QuoteString(f"/CN={_common_name('', server_name)}"),
        "-addext",
        QuoteString(f"subjectAltName={names}"),
        f"-addext extendedKeyUsage=serverAuth && openssl x509 -req -in {request}",
        f"-CA {FOLDER}/ca.crt -CAkey {FOLDER}/ca.key -days 825 -copy_extensions copyall",
        f"-out {CERTIFICATE}.next && rm {request}",
    )
    # The key first: nginx reads both only when it starts or reloads, which happens later.
    yield StringCommand(
        f"mv {FOLDER}/server.key.next {FOLDER}/server.key && mv {CERTIFICATE}.next {CERTIFICATE}"
    )
    yield StringCommand(f"chmod 644 {FOLDER}/ca.crt {CERTIFICATE}")


def _common_name(prefix: str, server_name: str) -> str:
    """At most 64 characters (RFC 5280, ub-common-name); clients look at the whole name in subjectAltName."""
    whole = f"{prefix}{server_name}"
    return whole if len(whole) <= _LONGEST_COMMON_NAME else f"{prefix}bantam"


class AcmeState(FactBase[set[str]]):
    """{"issued"} once certbot has a certificate, {"issued", "placed"} while nginx uses that one."""

    default = set

    def command(self, server_name: str) -> StringCommand:
        """One word per line."""
        lineage = QuoteString(f"/etc/letsencrypt/live/{server_name}/fullchain.pem")
        return StringCommand(
            "test -e", lineage, "&& echo issued;", "cmp -s", lineage, CERTIFICATE, "&& echo placed; true"
        )

    def process(self, output: list[str]) -> set[str]:
        """The words."""
        return set(output)


@operation()
def acme_certificate(server_name: str, email: str, renewal_hook: str) -> Generator[StringCommand]:
    """
    Certbot has a certificate for the server, and nginx uses it.

    + server_name: DNS name, which must resolve to this server
    + email: where the authority sends warnings
    + renewal_hook: the script that installs a new certificate; certbot calls it only for renewals
    """
    state: set[str] = host.get_fact(AcmeState, server_name=server_name)
    if "placed" in state:
        host.noop(f"nginx uses certbot's certificate for {server_name}")
        return
    if "issued" not in state:
        yield StringCommand(
            "certbot certonly --quiet --non-interactive --agree-tos",
            "--webroot --webroot-path /var/lib/bantam-acme --key-type ecdsa --email",
            QuoteString(email),
            "--domain",
            QuoteString(server_name),
        )
    yield StringCommand(
        StringCommand("RENEWED_LINEAGE=", QuoteString(f"/etc/letsencrypt/live/{server_name}"), _separator=""),
        renewal_hook,
    )
