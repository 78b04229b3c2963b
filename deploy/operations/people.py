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
    Only the people in `groups` are members of these groups.

    Everyone else who was a member loses keys and running processes too; a member of another of the groups
    only loses this one. Accounts and their files stay.
    """
    members = host.get_fact(Members, groups=tuple(groups))
    surplus = {group: sorted(set(members.get(group, [])) - allowed) for group, allowed in groups.items()}
    welcome = {person for allowed in groups.values() for person in allowed}
    others = sorted({person for persons in surplus.values() for person in persons} - welcome)
    if not any(surplus.values()):
        host.noop("nobody else is a member")
        return
    # Membership last: it is what the next run finds, should this one be cut off.
    for person in others:
        # A link could lead to somebody else's keys.
        yield StringCommand(f"test -L ~{person}/.ssh || rm -f ~{person}/.ssh/authorized_keys")
        yield StringCommand("pkill -KILL -u", QuoteString(person), "|| true")
    for group, persons in surplus.items():
        for person in persons:
            yield StringCommand("gpasswd --delete", QuoteString(person), QuoteString(group))
    for person in others:
        yield StringCommand("pkill -KILL -u", QuoteString(person), "|| true")
