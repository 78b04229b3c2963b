"""nginx: TLS, limits, and reloads that break no connection."""

from pyinfra.api import deploy
from pyinfra.operations import apt, files

from deploy.operations.certificates import CERTIFICATE, FOLDER, acme_certificate, local_certificate
from deploy.operations.units import unit

UNIT = "nginx.service"
CONFIGURATION = "/etc/nginx/nginx.conf"
DROP_IN = "/etc/systemd/system/nginx.service.d/bantam.conf"
RENEWAL_HOOK = "/etc/letsencrypt/renewal-hooks/deploy/bantam"


@deploy("Edge")
def edge(
    *,
    server_name: str,
    server_address: str | None,
    tls_issuer: str,
    acme_email: str | None,
    max_body_kb: int,
    requests_per_second_per_client: int,
    requests_per_second_per_address: int,
    ipv6: bool,
    ca_copy: str,
) -> None:
    """Install, configure, run; `ca_copy` is where the controller keeps the local CA's certificate."""
    apt.packages(name="Install nginx", packages=["nginx"], no_recommends=True)
    files.directory(name="Create the directory for certificates", path=FOLDER, mode="755")
    local_certificate(
        name="Issue a certificate from the server's own CA, to start with",
        server_name=server_name,
        server_address=server_address,
        only_to_begin=tls_issuer == "acme",
    )
    files.template(
        name="Write nginx's configuration",
        src="templates/edge/nginx.conf.j2",
        dest=CONFIGURATION,
        mode="644",
        server_name=server_name,
        server_names=list(dict.fromkeys(_as_host(name) for name in (server_name, server_address) if name)),
        max_body_kb=max_body_kb,
        requests_per_second_per_client=requests_per_second_per_client,
        requests_per_second_per_address=requests_per_second_per_address,
        ipv6=ipv6,
    )
    files.put(
        name="Configure the service: few privileges, restarted after a crash",
        src="templates/edge/service.conf",
        dest=DROP_IN,
        mode="644",
    )
    unit(name="Run nginx", unit=UNIT, restart_after=(DROP_IN,), reload_after=(CONFIGURATION, CERTIFICATE))

    if tls_issuer == "local":
        files.get(
            name="Fetch the CA's certificate", src=f"{FOLDER}/ca.crt", dest=ca_copy, create_local_dir=True
        )
        return
    apt.packages(name="Install certbot", packages=["certbot"], no_recommends=True)
    files.directory(name="Create the directory for ACME challenges", path="/var/lib/bantam-acme", mode="755")
    files.put(
        name="Install the hook that deploys renewed certificates",
        src="templates/edge/renewal-hook",
        dest=RENEWAL_HOOK,
        mode="755",
    )
    acme_certificate(
        name="Request a certificate that browsers trust",
        server_name=server_name,
        email=acme_email or "",
        renewal_hook=RENEWAL_HOOK,
    )
    unit(name="Run the timer that renews it", unit="certbot.timer")


def _as_host(name: str) -> str:
    """The name as a request's Host has it: an IPv6 address in brackets."""
    return f"[{name}]" if ":" in name else name
