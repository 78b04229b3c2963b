"""ETags on a deployed server: conditional changes and conditional reads."""

import pytest

from tests.app.support.refused import problem
from tests.app.support.world import Ids, World

pytestmark = pytest.mark.server


@pytest.mark.parametrize("given", ["*", '"1"', '"9", "1-00000000"', 'W/"1", "1"', '"x", "1-00000000-gzip"'])
def test_a_change_may_be_based_on_any_of_several_versions(world: World, ids: Ids, given: str) -> None:
    response = world.send("member", "PATCH", ids.path("/api/tasks/{id}"), {"title": "T"}, if_match=given)

    assert response.status_code == 200, response.text


def test_a_list_that_the_edge_would_compress_varies_by_what_is_accepted(world: World) -> None:
    for coding in ("gzip", "identity"):
        response = world.send("admin", "GET", "/api/tasks", accept_encoding=coding)

        assert response.headers.get_list("vary") == ["Accept-Encoding"]
        assert response.headers.get("content-encoding", "identity") == coding


def test_if_match_on_a_missing_resource_is_404(world: World) -> None:
    problem(world.send("admin", "PATCH", f"/api/tasks/{2**62}", {"title": "T"}, if_match="*"), 404)


def test_an_etag_is_good_for_a_change_also_if_the_answer_was_compressed(world: World, ids: Ids) -> None:
    path = ids.path("/api/projects/{id}")
    long = {"description": "Long. " * 400}
    made = world.send("manager", "PATCH", path, long)
    plain = world.send("manager", "GET", path, accept_encoding="identity")
    packed = world.send("manager", "GET", path, accept_encoding="gzip")

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    for response in (plain, packed):
        assert response.headers.get_list("vary") == ["Accept-Encoding"]
    assert len({each.headers["etag"] for each in (plain, packed)}) == 2
    assert made.headers["etag"].endswith('-gzip"')
    for coding, response in (("gzip", packed), ("identity", plain)):
        tag = response.headers["etag"]
        again = world.send("manager", "GET", path, accept_encoding=coding, if_none_match=tag)
        assert (again.status_code, again.content) == (304, b"")
    change = world.send("manager", "PATCH", path, {"name": "N"}, if_match=packed.headers["etag"])
    assert change.status_code == 200
