"""Rows of invoices, their items and payments. Money is in cents."""

from collections.abc import Iterator

from app.agency.seed import words
from app.agency.seed.days import past
from app.agency.seed.dice import LARGEST, NULL, Dice, blocks, skewed
from app.agency.seed.world import World

METHODS = ("bank_transfer", "bank_transfer", "bank_transfer", "direct_debit", "card")


def invoices(world: World) -> Iterator[str]:
    """Yield the lines of invoices, and record in `world` what was paid when."""
    dice = Dice(world.seed, "invoices")
    busy = skewed(world.counts.projects, 0.6, 10)
    total = world.counts.invoices
    day, moment = world.days.day, world.days.moment
    items = _items(world)
    for block in blocks(total):
        size = len(block)
        draws = zip(block, dice.ranks(busy, size), *(dice.shorts(size) for _ in range(3)), strict=True)
        for invoice, rank, a, b, c in draws:
            made = past(invoice, total)
            due = made + 30
            amount = sum(_cents(quarters, rate) for quarters, rate, _ in next(items))
            issued_on, due_on, paid_on = day(made), day(due), NULL
            paid, paid_day = 0, min(made + 1 + c % 45, 0)
            if a < LARGEST * 0.04:
                status, issued_on, due_on = "draft", NULL, NULL
            elif a < LARGEST * 0.06:
                status = "void"
            elif b < LARGEST * (0.95 if due < -20 else 0.4):
                status, paid_on, paid = "paid", day(paid_day), amount
            else:
                status, paid = "sent", amount * 2 // 5 if c % 10 == 0 else 0
            number = _number(world, issued_on)
            world.invoice_projects.append(rank + 1)
            world.invoice_paid.append(paid)
            world.invoice_days.append(made)
            world.invoice_paid_days.append(paid_day)
            created = moment(made, c)
            changed = moment(paid_day, 0) if paid else created
            yield (
                f"{invoice}\t{world.project_clients[rank]}\t{rank + 1}\t{created}\t{max(created, changed)}"
                f"\t{issued_on}\t{due_on}\t{paid_on}\t{status}\t{number}\t{_euros(amount)}\t{_euros(paid)}"
                f"\t{1 + (paid > 0)}\n"
            )


def invoice_text(issued_on: str, number: int) -> str:
    """Return the number printed on the invoice."""
    return f"{issued_on[:4]}-{number:05}"


def _number(world: World, issued_on: str) -> str:
    """Return the next number of the year, and record it in `world`; none for a draft."""
    if issued_on == NULL:
        world.invoice_numbers.append(0)
        return NULL
    year = issued_on[:4]
    number = world.last_invoice_numbers[year] = world.last_invoice_numbers.get(year, 0) + 1
    world.invoice_numbers.append(number)
    return invoice_text(issued_on, number)


def invoice_counters(world: World) -> Iterator[str]:
    """Yield the lines of invoice_counters."""
    for year, number in world.last_invoice_numbers.items():
        yield f"{year}\t{number}\n"


def invoice_items(world: World) -> Iterator[str]:
    """Yield the lines of invoice_items, one to six per invoice."""
    texts = words.TIME_NOTES[:16]
    for invoice, items in enumerate(_items(world), start=1):
        for position, (quarters, rate, text) in enumerate(items, start=1):
            hours = f"{quarters // 4}.{quarters % 4 * 25:02}"
            yield f"{invoice}\t{position}\t{hours}\t{rate}\t{texts[text % len(texts)]}\n"


def payments(world: World) -> Iterator[str]:
    """Yield the lines of payments: usually one per invoice, sometimes two."""
    day, moment = world.days.day, world.days.moment
    payment = 0
    for rank, paid in enumerate(world.invoice_paid):
        if not paid:
            continue
        last = world.invoice_paid_days[rank]
        first = paid // 2 if rank % 13 == 0 else 0
        for amount, paid_day in ((first, max(last - 9, world.invoice_days[rank])), (paid - first, last)):
            if not amount:
                continue
            payment += 1
            method = METHODS[rank % len(METHODS)]
            yield (
                f"{payment}\t{rank + 1}\t{moment(paid_day, rank)}\t{day(paid_day)}\t{method}"
                f"\t{_euros(amount)}\tBT{payment:08}\n"
            )


def _items(world: World) -> Iterator[list[tuple[int, int, int]]]:
    """Yield each invoice's items as (quarter hours, euros per hour, draw); the same on every call."""
    dice = Dice(world.seed, "invoice_items")
    for block in blocks(world.counts.invoices):
        for draws in zip(*(dice.shorts(len(block)) for _ in range(6)), strict=True):
            count = 1 + draws[5] % 6
            yield [(2 + draw % 40, 60 + draw // 40 % 13 * 5, draw >> 3) for draw in draws[:count]]


def _cents(quarters: int, rate: int) -> int:
    return quarters * rate * 25


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
