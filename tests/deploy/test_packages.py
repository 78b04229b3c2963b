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
            "deb [signed-by=/etc/debian-archive-keyring.gpg arch=amd64] http://a/debian trixie-updates main",
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
        [
            "deb [signed-by=/etc/apt/keyrings/docker.asc] https://vendor/debian trixie main",
            "",
            "Types: deb",
            "URIs: http://a/debian",
            "Suites: trixie",
            "  trixie-updates",
            "Components: main",
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp",
            "",
            "# Types: deb",
            "Types: deb",
            "URIs: https://vendor/stable/debian",
            "Suites: trixie trixie-security",
            "Signed-By:",
            " -----BEGIN PGP PUBLIC KEY BLOCK-----",
            " .",
            " mQINBF",
            "",
            "Enabled: no",
            "Types: deb",
            "URIs: http://old/security",
            "Suites: trixie-security",
            "",
            "Types: deb",
            "URIs: http://b/security http://c/security",
            "Suites: trixie-security",
            "",
            "Types: deb",
            "URIs: http://second/debian",
            "Suites: trixie trixie-security",
        ],
    ],
    ids=["lines", "stanzas", "beside vendors"],
)
def test_the_server_keeps_the_mirrors_it_came_with(sources: list[str]) -> None:
    assert AptMirrors().process(sources) == WANTED
