"""Open pages in Chromium as wide as a phone and a desk, use mouse and keyboard, and say what is wrong.

A page may ask for nothing and say nothing on the console; nothing may be wider than the screen; a click, a
slider and a key must be answered; it must print; axe, where it is at hand, must find nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {"desk": (1280, 900), "phone": (390, 844)}
AXE = os.environ.get("AXE", "")


def main() -> int:
    """Check each page; the exit code is 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("pages", nargs="+", type=Path, metavar="PAGE.html")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="keep pictures and the print here")
    given = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("no Chromium is installed", file=sys.stderr)
        return 2
    if given.pictures is not None:
        given.pictures.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for page in given.pages:
            for size in SIZES:
                for scheme in ("light", "dark"):
                    found = list(checked(browser, page.resolve(), size, scheme, given.pictures))
                    wrong += len(found)
                    for line in found or ["nothing is wrong"]:
                        print(f"{page.name}, {size}, {scheme}: {line}")
    return 1 if wrong else 0


def checked(browser: Browser, path: Path, size: str, scheme: Any, pictures: Path | None) -> Iterator[str]:
    """What is wrong with a page, a line each."""
    width, height = SIZES[size]
    look: dict[str, Any] = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    context = browser.new_context(**look)
    page, said, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield from answers(page)
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if over > 0:
        yield f"it is {over} pixels wider than the screen"
    if pictures is not None:
        page.screenshot(path=pictures / f"{path.stem}-{size}-{scheme}.png", full_page=True)
        if (size, scheme) == ("desk", "light"):
            page.pdf(path=pictures / f"{path.stem}.pdf", format="A4")
    yield from (f"the console says {line}" for line in said)
    yield from (f"it asks for {url}" for url in asked if url != path.as_uri())
    context.close()
    if AXE:
        context = browser.new_context(**look, bypass_csp=True)  # axe is a script of another's
        page = context.new_page()
        page.goto(path.as_uri())
        yield from accessible(page)
        context.close()


def answers(page: Page) -> Iterator[str]:
    """Whether the triangle answers a click, a slider and a key, and folds open from the keyboard."""
    folded = page.locator("details:not([open]) > summary").first
    if folded.count():
        folded.focus()
        page.keyboard.press("Enter")
        if not page.evaluate("document.activeElement.parentElement.open"):
            yield "Enter does not open what is folded"
    if not page.locator("#triangle").count():
        return
    answer = page.locator("#answer [aria-live]")
    before = answer.inner_text()
    if "design" not in before:
        yield "the triangle says nothing to begin with"
    slider = page.locator("#answer input").first
    slider.focus()
    page.keyboard.press("End")
    at_end = answer.inner_text()
    several = (
        page.evaluate("Object.keys(JSON.parse(document.getElementById('map').textContent).designs).length")
        > 1
    )
    if page.locator("#answer output").first.inner_text() != "100 %" or (several and at_end == before):
        yield "a slider at its end changes nothing"
    page.locator("#answer button").first.click()
    if answer.inner_text() != before:
        yield "the button does not lead back to the instance's own weights"
    drawn = page.locator("#triangle svg:visible")
    corners = drawn.locator("[data-corners]").get_attribute("data-corners")
    box, view = drawn.bounding_box(), drawn.get_attribute("viewBox")
    assert box is not None
    assert view is not None
    x, y = page.evaluate("JSON.parse(arguments[0])[0]".replace("arguments[0]", repr(corners)))
    scale = box["width"] / float(view.split()[2])
    drawn.click(position={"x": (x + 6) * scale, "y": (y - 3) * scale})  # just within the first corner
    if int(page.locator("#answer output").first.inner_text().split()[0]) < 90:
        yield "a click near a corner does not give it the weight"


def accessible(page: Page) -> Iterator[str]:
    """What axe finds, with all that is folded open."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.add_script_tag(path=AXE)
    for each in page.evaluate("axe.run()")["violations"]:
        yield f"axe: {each['id']}, {each['help']} ({len(each['nodes'])}): {each['nodes'][0]['html'][:120]}"


if __name__ == "__main__":
    sys.exit(main())
