"""Disturbances around the app while the oracle runs."""

import asyncio
import time

from tests.app.support.remote.oracle import Oracle

PSQL_MAY_TAKE_S = 1.0
PSQL_EVERY_S = 0.5
KILL_EVERY_S = 5.0
PSQL = ("runuser", "-u", "postgres", "--", "psql", "-qAtX", "bantam", "-c")


async def run(*command: str) -> str:
    """Return what a command printed."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd="/")
    output, _ = await process.communicate()
    return output.decode().strip()


async def sql(statement: str) -> str:
    """Return what psql printed."""
    return await run(*PSQL, statement)


async def write_past_the_app(oracle: Oracle) -> int:
    """Change rows as an administrator does, each of which has a second to show; return how many."""
    writes = 0
    while oracle.goes_on:
        await asyncio.sleep(PSQL_EVERY_S)
        row = table, number = oracle.dice.choice(oracle.rows)
        column = "title" if table == "tasks" else "name"
        text = f"Written by psql at {time.time_ns()}"
        version = int(
            await sql(
                f"UPDATE {table} SET version = version + 1, {column} = '{text}'"  # noqa: S608
                f" WHERE id = {number} RETURNING version"
            )
        )
        writes += 1
        oracle.sight.titles[text] = version
        oracle.promised.append((time.monotonic() + PSQL_MAY_TAKE_S, row, version))
    return writes


async def kill(oracle: Oracle) -> int:
    """Kill one worker after another at any moment; return how often."""
    kills = 0
    while oracle.goes_on:
        await asyncio.sleep(KILL_EVERY_S)
        kills += 1
        await run("systemctl", "kill", "--signal=KILL", f"bantam-app@{1 + kills % 2}")
    return kills


async def differences(oracle: Oracle) -> int:
    """Return how many rows differ between responses and the table, once all writes are done."""
    there = {}
    for table in ("tasks", "projects"):
        listed = ",".join(str(number) for name, number in oracle.rows if name == table)
        for line in (await sql(f"SELECT id, version FROM {table} WHERE id IN ({listed})")).split():  # noqa: S608
            number, version = line.split("|")
            there[table, int(number)] = int(version)
    return sum(
        version not in (None, there.get(row, version))
        for shown in await oracle.look()
        for row, version in shown.items()
    )
