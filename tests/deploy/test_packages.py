import pytest

from deploy.operations.packages import AptMirrors

WANTED = {
    "trixie": "http://a/debian",
    "trixie-updates": "http://a/debian",
    "trixie-security": "http://b/security",
}


@pytest.mark.parametrize(
    "sources",
    [
        [
            "# the release",
            "deb http://a/debian trixie main contrib",
            "deb [signed-by=/usr/share/x.gpg arch=amd64] http://a/debian trixie-updates main",
            "deb-src http://c/debian trixie main",
            "deb http://b/security trixie-security main",
        ],
        [
            "Types: deb deb-src",
            "URIs: http://a/debian",
            "Suites: trixie trixie-updates",
            "Components: main",
            "",
            "Types: deb",
            "URIs: http://b/security",
            "Suites: trixie-security",
        ],
    ],
)
def test_the_server_keeps_the_mirrors_it_came_with(sources: list[str]) -> None:
    assert AptMirrors().process(sources) == WANTED
