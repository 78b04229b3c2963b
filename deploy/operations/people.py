"""Who may log in and become root: exactly those whom the inventory names."""

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation


class Members(FactBase[dict[str, list[str]]]):
    """Members by group: {"ssh-users": ["root", "ann"], ...}; groups that do not exist are left out."""

    default = dict

    def command(self, groups: tuple[str, ...]) -> StringCommand:
        """Print the groups' lines of /etc/group."""
        return StringCommand("getent group", *map(QuoteString, groups), "|| true")

    def process(self, output: list[str]) -> dict[str, list[str]]:
        """Read lines of `group:x:ID:member,member`."""
        lines = (line.split(":") for line in output if line.count(":") == 3)
        return {name: [each for each in members.split(",") if each] for name, _, _, members in lines}


@operation()
def others_locked_out(groups: dict[str, set[str]]) -> Generator[StringCommand]:
    """
    Nobody but `groups` says is a member of one of these groups.

    Whoever was loses the keys and every session too. The account and its files stay: what they are worth is
    for people to say.
    """
    members = host.get_fact(Members, groups=tuple(groups))
    surplus = {group: sorted(set(members.get(group, [])) - allowed) for group, allowed in groups.items()}
    people = dict.fromkeys(person for persons in surplus.values() for person in persons)
    if not people:
        host.noop("nobody else is a member")
        return
    for group, persons in surplus.items():
        for person in persons:
            yield StringCommand("gpasswd --delete", QuoteString(person), QuoteString(group))
    for person in people:
        home = StringCommand("$(getent passwd", QuoteString(person), "| cut -d: -f6)")
        yield StringCommand("rm -f", StringCommand(home, "/.ssh/authorized_keys", _separator=""))
        yield StringCommand("loginctl terminate-user", QuoteString(person), "2>/dev/null || true")
