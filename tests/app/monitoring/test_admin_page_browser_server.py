"""The page in a browser: it draws, loads nothing from elsewhere, fits a phone, and everybody can use it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.app.support.server import Server

pytestmark = [pytest.mark.server, pytest.mark.rehearsal]

CHROMIUM = "/usr/bin/chromium"
ADMIN = 1
CHARTS = 12


@dataclass
class Watched:
    """A page, what it has asked for, and what its console says."""

    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[("light", 1200), ("dark", 1200), ("light", 390), ("dark", 390)], ids=str)
def watched(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Watched]:
    """The page after signing in, in a theme and a width."""
    scheme, width = request.param
    context = browser.new_context(
        base_url=str(server.http.base_url),
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        ignore_https_errors=True,
    )
    watched = Watched(context.new_page())
    watched.page.on("request", lambda sent: watched.asked.append(sent.url))
    watched.page.goto("/admin")
    watched.page.on("console", lambda line: watched.said.append(line.text))
    watched.page.on("pageerror", lambda error: watched.said.append(str(error)))
    watched.page.get_by_label("Token of an admin").fill(server.token(ADMIN))
    watched.page.get_by_role("button", name="Sign in").click()
    watched.page.get_by_role("heading", name="History").wait_for()
    yield watched
    context.close()


def test_it_draws_every_chart_and_has_nothing_to_complain_of(watched: Watched) -> None:
    watched.page.locator("canvas").nth(CHARTS - 1).wait_for()

    assert watched.page.locator("canvas").count() == CHARTS
    assert watched.said == []


def test_it_loads_nothing_from_elsewhere(watched: Watched, server: Server) -> None:
    assert {url for url in watched.asked if not url.startswith(str(server.http.base_url))} == set()


def test_it_fits_its_window(watched: Watched) -> None:
    width = watched.page.viewport_size
    assert width
    assert watched.page.evaluate("document.documentElement.scrollWidth") == width["width"]


def test_axe_finds_no_fault(watched: Watched) -> None:
    found = Axe().run(watched.page)

    assert found.violations_count == 0, found.generate_report()


def test_statements_can_be_sorted_and_their_plans_looked_at(watched: Watched) -> None:
    table = watched.page.locator("table.sorts")
    table.get_by_role("button", name="Calls").click()
    calls = [
        int(text.replace(",", "")) for text in table.locator("tbody td:nth-child(2)").all_text_contents()
    ]
    assert calls == sorted(calls, reverse=True)
    assert table.locator("th[aria-sort]").all_text_contents() == ["Calls"]
    table.get_by_role("link").first.click()
    watched.page.get_by_role("heading", name="Plan", exact=True).wait_for()
    width = watched.page.viewport_size
    assert width
    assert watched.page.evaluate("document.documentElement.scrollWidth") == width["width"]
    assert Axe().run(watched.page).violations_count == 0
    assert watched.said == []


def test_the_range_can_be_changed_and_signing_out_ends_it(watched: Watched) -> None:
    watched.page.get_by_role("link", name="1 week").click()
    assert watched.page.url.endswith("/admin?hours=168")
    watched.page.get_by_role("button", name="Sign out").click()
    watched.page.get_by_label("Token of an admin").wait_for()
    watched.page.goto("/admin")
    assert watched.page.get_by_role("heading", name="Sign in").is_visible()
