import json

import pytest

from tests.loadtests.kinds import SHAPE, Load
from tests.servers import SandboxServer


@pytest.mark.server
@pytest.mark.alone
def test_a_load_of_a_deployed_server_finds_right_bodies_and_sees_every_service(
    sandbox_server: SandboxServer, load: Load
) -> None:
    target = sandbox_server.read("target.json")
    url = str(target.pop("url"))

    # Memory by service is added up every five seconds. Several may work as one user, whose rate has a limit.
    shape = SHAPE.replace("\nseconds: 4", "\nseconds: 7").replace("[0.1, 0.3]", "[0.1, 0.3]")
    done = load(url, shape=shape, **target)

    figures = json.loads((done.run_dir / "load.json").read_text())
    assert figures["failures"] == []
    assert figures["measurements"]["errors"] == 0
    assert figures["groups"].keys() - {"project_list"} == {"dashboard", "project", "task_page", "task_write"}
    assert None not in figures["measurements"].values()
    assert all(figures[side] for side in ("server", "database", "pool", "redis"))
    assert any("tasks" in statement["text"] and statement["plan"] for statement in figures["statements"])
    services = {"postgresql", "pgbouncer", "redis", "app", "edge"}
    assert services <= set(figures["server"][-1]["cpu"])
    assert services <= set().union(*(point["memory"] or {} for point in figures["server"]))
    watchers = "python3 -u -|psql -XAtq -v|psql -XAqw|redis-cli -s"
    assert sandbox_server.ssh(f"sleep 2; pgrep -af '{watchers}' | grep -v pgrep").stdout == ""
