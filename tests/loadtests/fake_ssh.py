"""Stands in for ssh: answers each of the sessions that watch a server as a small server at rest would."""

import json
import sys
import time

COMMAND = sys.argv[-1]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def machine() -> None:
    for tick in range(400):
        used = {"server": tick * 0.1, "postgresql": tick * 0.05, "app": tick * 0.03}
        sample = {"clock": tick * 0.25, "cpus": 2, "disk_free": 9000.0, "network": [tick, tick]}
        sample |= {"memory_total": 2048.0, "memory_used": 300.0 + tick}
        sample |= {"cpu": used, "memory": {"postgresql": 150.0, "app": 90.0}}
        say(json.dumps(sample))
        time.sleep(0.25)


def database() -> None:
    totals = dict.fromkeys(("blocks_hit", "blocks_read", "wal_bytes", "written_bytes"), 0)
    asked = 0
    for line in sys.stdin:
        if line.startswith("SELECT json_build_object"):
            asked += 1
            statements = {"7": [asked, asked, 3.0, asked, asked, 0]}
            say(json.dumps({"connections": 3, "active": 1, **totals, "statements": statements}))
        elif line.startswith("SELECT json_object_agg"):
            say(json.dumps({"7": "SELECT id FROM tasks"}))
        elif line.startswith("\\echo"):
            say(line.split(" ", 1)[1].strip())
            say("Seq Scan on tasks")


def pool() -> None:
    asked = 0
    for line in sys.stdin:
        if line.startswith("SHOW DATABASES"):
            asked += 1
            say("name|pool_size\nbantam|20")
        elif line.startswith("SHOW POOLS"):
            say("database|sv_active|cl_waiting|maxwait|maxwait_us\nbantam|1|0|0|0")
        elif line.startswith("SHOW STATS_TOTALS"):
            say("database|server_assignment_count|xact_time|wait_time")
            say(f"bantam|{asked}|{asked * 1000}|{asked * 10}")
        else:
            say(".end")


def redis() -> None:
    asked = 0
    for line in sys.stdin:
        if line.startswith("PING"):
            asked += 1
            say(f"keyspace_hits:{asked}\nkeyspace_misses:0\nevicted_keys:0\nused_memory:1\nPONG")


if "python3" in COMMAND:
    machine()
elif "pgbouncer" in COMMAND:
    pool()
elif "redis-cli" in COMMAND:
    redis()
else:
    database()
