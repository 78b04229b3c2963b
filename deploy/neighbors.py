"""What else lives on the server: other clusters, web sites, a firewall. What would be lost is refused."""

from dataclasses import dataclass, field

from pyinfra import host
from pyinfra.api import FactBase
from pyinfra.api.exceptions import DeployError

CLUSTER = "17/main"
PORT = 5432
FIREWALL = "/etc/nftables.conf"
# Each of them writes its rules again when the server starts.
_FIREWALL_UNITS = "ufw firewalld netfilter-persistent"

# The input chains of tables other than ours that drop what no rule accepts: by policy or by a last rule.
_DROPPING = r"""
/^table/ { table = $2 " " $3; input = 0 }
/^\tchain/ { input = 0 }
/hook input/ { input = 1 }
input && /policy drop/ { found[table] = 1 }
input && /^\t\t(counter packets [0-9]+ bytes [0-9]+ )?(drop|reject)/ { found[table] = 1 }
END { delete found["inet bantam"]; for (table in found) print "drops=" table }
"""

# Files that nginx reads unless its configuration is ours. Debian's own, unchanged, count for nothing.
_SITES = (
    "cd /etc/nginx 2>/dev/null && ! grep -qs '^# Written by the deploy' nginx.conf &&"
    " for file in nginx.conf conf.d/*.conf sites-enabled/*; do test -e $file || continue;"
    " known=$(dpkg-query -W -f='${Conffiles}' nginx-common 2>/dev/null |"
    " awk -v file=$(realpath $file) '$1 == file {print $2}');"
    ' [ "$(md5sum < $file | cut -d\' \' -f1)" = "$known" ] || echo site=$file; done;'
)


@dataclass(frozen=True, kw_only=True)
class Neighbors:
    """
    Clusters by name with their ports, and whether 17/main is ours; whether nftables.conf has foreign rules.

    `sites` are files of nginx, neither Debian's nor ours. `firewall_units` are enabled, `dropping` are
    the tables besides ours that drop what no rule accepts.
    """

    clusters: dict[str, int] = field(default_factory=dict)
    own_cluster: bool = False
    foreign_rules: bool = False
    sites: list[str] = field(default_factory=list)
    firewall_units: list[str] = field(default_factory=list)
    dropping: list[str] = field(default_factory=list)


class NeighborsFact(FactBase[Neighbors]):
    """Reads everything in one round trip; without sudo where none is needed."""

    default = Neighbors

    def command(self) -> str:
        """Lines of `key=value`; `cluster=NAME PORT` for each cluster."""
        return (
            "sudo=; [ $(id -u) = 0 ] || sudo='sudo -n';"
            " for file in /etc/postgresql/*/*/postgresql.conf; do test -e $file || continue;"
            " name=${file%/postgresql.conf}; port=$(sed -n 's/^port *= *\\([0-9]*\\).*/\\1/p' $file);"
            " echo cluster=${name#/etc/postgresql/} ${port:-5432}; done;"
            # The first is there before the cluster, in case a run was killed in between.
            " { grep -qs Bantam /etc/postgresql-common/createcluster.conf ||"
            f" test -e /etc/postgresql/{CLUSTER}/conf.d/bantam.conf; }} && echo own_cluster=1;"
            f" if test -e {FIREWALL} && ! grep -q 'table inet bantam' {FIREWALL}; then"
            " shipped=$(dpkg-query -W -f='${Conffiles}' nftables 2>/dev/null | awk '{print $2}');"
            f' [ "$(md5sum < {FIREWALL} | cut -d\' \' -f1)" = "$shipped" ] || echo foreign_rules=1; fi;'
            f" {_SITES}"
            f" for unit in {_FIREWALL_UNITS}; do"
            " systemctl is-enabled --quiet $unit 2>/dev/null && echo firewall_unit=$unit; done;"
            " { $sudo nft list ruleset;"
            " $sudo iptables-legacy-save | sed -n 's/^:INPUT DROP.*/drops=iptables/p'; }"
            f" 2>/dev/null | awk '/^drops=/ {{ print }} {_DROPPING}'; true"
        )

    def process(self, output: list[str]) -> Neighbors:
        """The lines as Neighbors; a missing line means no."""
        lines = [tuple(line.split("=", 1)) for line in output if "=" in line]
        clusters = [value.split() for key, value in lines if key == "cluster"]
        return Neighbors(
            clusters={name: int(port) for name, port in clusters},
            own_cluster=("own_cluster", "1") in lines,
            foreign_rules=("foreign_rules", "1") in lines,
            sites=[value for key, value in lines if key == "site"],
            firewall_units=[value for key, value in lines if key == "firewall_unit"],
            dropping=[value for key, value in lines if key == "drops"],
        )


def refuse_neighbors(other_firewall: str) -> None:
    """DeployError with one sentence if the deploy would destroy what is there or cannot work beside it."""
    found: Neighbors = host.get_fact(NeighborsFact, _sudo=False)
    for sentence in (*_clusters(found), *_sites(found), *_firewall(found, other_firewall)):
        raise DeployError(f"{host.name}: {sentence}")


def _clusters(found: Neighbors) -> list[str]:
    refused = []
    if CLUSTER in found.clusters and not found.own_cluster:
        refused.append(
            f"there is a PostgreSQL cluster {CLUSTER} that Bantam has not made: deploy to another server, or"
            f" dump its databases and drop it (`pg_dropcluster --stop {CLUSTER.replace('/', ' ')}`)."
        )
    refused += [
        f"the PostgreSQL cluster {name} is set to port {PORT}, which Bantam's needs: give it another one"
        f" (`pg_conftool {name.replace('/', ' ')} set port 5433`) and restart it."
        for name, port in found.clusters.items()
        if name != CLUSTER and port == PORT
    ]
    return refused


def _sites(found: Neighbors) -> list[str]:
    sentence = (
        f"nginx serves something else here ({', '.join(found.sites)}), which Bantam would end:"
        " move it to another server, or remove these files from /etc/nginx."
    )
    return [sentence] if found.sites else []


def _firewall(found: Neighbors, other_firewall: str) -> list[str]:
    refused = []
    if found.foreign_rules and other_firewall != "replace":
        refused.append(
            f"{FIREWALL} has rules that would be lost: move them elsewhere, or set"
            ' `other_firewall = "replace"` in the inventory (a copy stays).'
        )
    if found.firewall_units and other_firewall != "keep":
        unit = found.firewall_units[0]
        refused.append(
            f"the firewall {unit} is enabled: disable it (`systemctl disable --now {unit}`), or open 80 and"
            ' 443 there and set `other_firewall = "keep"` in the inventory.'
        )
    replaced = found.foreign_rules and other_firewall == "replace"
    if found.dropping and other_firewall != "keep" and not replaced:
        refused.append(
            f"the firewall table {found.dropping[0]} drops what no rule accepts: remove it, or open 80 and"
            ' 443 there and set `other_firewall = "keep"` in the inventory.'
        )
    return refused
