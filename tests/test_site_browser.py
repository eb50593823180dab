"""The site in a real browser: what a reader sees, with and without a mouse, script, light or a wide screen."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.release_sample import build_sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/instrument/trial_monitoring",
    "/indicator/trial_monitoring/TM-I01",
    "/indicator/trial_monitoring/TM-I02",
    "/indicator/trial_monitoring/TM-I03",
    "/release",
    "/release/finding",
    "/release/trial_monitoring__tm_i01__country_year?_facet=country&_sort=year&country=MD",
    "/release/trial_monitoring__tm_i01__country_year/MD,2021",
)
LUMINANCE = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = colour => {
    const [r, g, b] = [...rgb(colour)].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (rgb(colour)[3] > 0) return colour;
    }
    return "white";
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) weak.push(element.outerHTML.slice(0, 80));
  }
  return weak;
}
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    release = build_sample(tmp_path_factory.mktemp("site") / "release.db")
    script = (
        "import sys; from monitor.site import serve\n"
        "serve(sys.argv[1], port=0, ready=lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(release)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip().rstrip("/")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_pages_render_without_a_complaint_and_ask_no_other_host(page: Page, address: str) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        answer = page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.status == 200
        assert page.locator("h1").count() == 1
        assert page.locator("main, header, footer").count() == 3
        assert page.evaluate("document.styleSheets.length") == 1
    assert complaints == []
    assert [url for url in asked if not url.startswith(f"{address}/")] == []


def test_a_reader_gets_from_the_home_page_to_a_figure_and_its_law_in_two_clicks(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("main").get_by_role("link", name="Trial monitoring").click()
    page.get_by_role("link", name="Hearings in which every victim had a lawyer", exact=True).click()
    assert page.locator("h1").inner_text() == "Hearings in which every victim had a lawyer"
    assert page.locator(".key").get_by_text("between 75 % and 80 %").is_visible()
    assert page.get_by_text("CETS 15(2)", exact=True).is_visible()
    assert page.locator("table.figures").first.get_by_text("hidden", exact=True).first.is_visible()


def test_the_skip_link_is_the_first_stop_of_the_keyboard(page: Page, address: str) -> None:
    for path in PAGES[:3]:
        page.goto(f"{address}{path}")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        box = page.locator(".skip").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"


def test_tables_too_wide_for_the_screen_can_be_scrolled_by_keyboard(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{address}/indicator/trial_monitoring/TM-I01")
    region = page.locator(".scroll").first
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.scroll').scrollLeft > 0")
    assert region.get_attribute("aria-labelledby")


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_page_is_wider_than_the_screen(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in (*PAGES, "/nothing"):
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    for path in (*PAGES, "/nothing"):
        page.goto(f"{address}{path}")
        assert page.evaluate(LUMINANCE) == [], path
    context.close()


def test_everything_works_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/release/trial_monitoring__tm_i01__country_year")
    page.get_by_label("Column").select_option("country")
    page.get_by_label("Value").fill("MD")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**country__exact=MD*")
    assert page.get_by_text("6 rows where country").is_visible()
    page.get_by_role("link", name="year", exact=True).first.click()
    page.goto(f"{address}/indicator/trial_monitoring/TM-I01")
    assert page.locator("table.figures").count() == 2
    context.close()


def test_a_missing_page_has_a_way_out(page: Page, address: str) -> None:
    page.goto(f"{address}/nothing")
    page.get_by_role("main").get_by_role("link", name="About this release").click()
    assert page.url == f"{address}/"


def test_every_link_on_the_pages_leads_somewhere(page: Page, address: str) -> None:
    links: set[str] = set()
    for path in PAGES:
        page.goto(f"{address}{path}")
        links |= set(page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"))
        inside = page.eval_on_selector_all(
            "a[href^='#']", "all => all.filter(one => !document.querySelector(one.hash)).map(one => one.hash)"
        )
        assert inside == [], path
    for link in sorted({link.partition("#")[0] for link in links}):
        assert link.startswith(address)
        assert page.request.get(link).status == 200, link
