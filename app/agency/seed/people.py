"""Rows of clients, users and their tokens."""

import hmac
from collections.abc import Iterator
from hashlib import sha256

from app.agency.seed import words
from app.agency.seed.dice import NULL, Dice, blocks, spread
from app.agency.seed.scale import role
from app.agency.seed.world import World

RATES = {"project_manager": 95, "team_member": 60}
"""The lowest hourly rate of users who log time."""

WEEKLY_MINUTES = spread([("2400", 8), ("1920", 1), ("1200", 1)])


def token_hash(token_key: bytes, user: int) -> bytes:
    """Return the SHA-256 of user N's token, `bt_` and the hex of HMAC-SHA256(token_key, "user:N")."""
    token = "bt_" + hmac.digest(token_key, f"user:{user}".encode(), "sha256").hex()
    return sha256(token.encode()).digest()


def clients(world: World) -> Iterator[str]:
    """Yield the lines of clients."""
    dice = Dice(world.seed, "clients")
    for block in blocks(world.counts.clients):
        for client, a, b, c, d in zip(block, *(dice.shorts(len(block)) for _ in range(4)), strict=True):
            first = words.COMPANY_FIRST[a % len(words.COMPANY_FIRST)]
            last = words.COMPANY_LAST[b % len(words.COMPANY_LAST)]
            legal = words.LEGAL_FORMS[c % len(words.LEGAL_FORMS)]
            industry = words.INDUSTRIES[d % len(words.INDUSTRIES)]
            made = world.days.moment(-1100 + d % 300, a)
            yield f"{client}\t{made}\t{made}\t{first} {last} {legal}\t{industry}\n"


def users(world: World) -> Iterator[str]:
    """Yield the lines of users; role() decides their roles."""
    dice = Dice(world.seed, "users")
    of_clients = 0
    for block in blocks(world.counts.users):
        for user, a, b, c, d in zip(block, *(dice.shorts(len(block)) for _ in range(4)), strict=True):
            first = words.FIRST_NAMES[a % len(words.FIRST_NAMES)]
            last = words.LAST_NAMES[b % len(words.LAST_NAMES)]
            part = role(user)
            client, host = NULL, "agency.example"
            if part == "client":
                client = str(of_clients % world.counts.clients + 1)
                host = f"client{client}.example"
                of_clients += 1
            zone = words.TIME_ZONES[c % len(words.TIME_ZONES)]
            rate = RATES[part] + 5 * (b % 8) if part in RATES else 0
            world.user_rates.append(rate)
            minutes = WEEKLY_MINUTES[c % len(WEEKLY_MINUTES)] if part in RATES else 2400
            made = world.days.moment(-1100 + d % 300, a)
            yield (
                f"{user}\t{client}\t{made}\t{made}\t{part}\t{minutes}\t{rate}\t{zone}"
                f"\t{first.lower()}.{last.lower()}.{user}@{host}\t{first} {last}\n"
            )


def api_tokens(world: World, token_key: bytes) -> Iterator[str]:
    """Yield the lines of api_tokens: one per user, valid for a year."""
    made, expires = world.days.moment(-1, 0), world.days.day(365)
    for user in range(1, world.counts.users + 1):
        yield f"{user}\t{made}\t{expires}\t\\\\x{token_hash(token_key, user).hex()}\n"
