"""Debian's Chromium, driven as a person would use it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

DESKTOP = {"width": 1360, "height": 850}
PHONE = {"width": 390, "height": 844}
# Chromium as root has no sandbox of its own, and a small /dev/shm.
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

# Text that is too pale for its background: each element's own text against what is painted behind it.
LOW_CONTRAST_SCRIPT = """() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const paint = canvas.getContext('2d', {willReadFrequently: true});
    const rgba = (colour) => {
        paint.clearRect(0, 0, 1, 1);
        paint.fillStyle = colour;
        paint.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
    const behind = (element) => {
        const layers = [];
        for (let node = element; node; node = node.parentElement) {
            layers.push(rgba(getComputedStyle(node).backgroundColor));
        }
        return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
    };
    const light = (colour) => {
        const [r, g, b] = colour.slice(0, 3).map((part) => {
            const share = part / 255;
            return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const pale = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim();
        if (!own || element.closest('.material-symbols-outlined, script, style, option') || !element.checkVisibility()) {
            continue;
        }
        const style = getComputedStyle(element);
        const below = behind(element);
        const [a, b] = [light(over(rgba(style.color), below)), light(below)];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
        if (ratio < (large ? 3 : 4.5)) {
            pale.push([own.slice(0, 30), Math.round(ratio * 100) / 100]);
        }
    }
    return pale;
}"""


def chromium() -> str:
    """Where the browser is. Only a machine that is not CI may lack it."""
    found = shutil.which("chromium")
    if found is None:
        lacking = "chromium is not installed; on Debian: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(lacking)
        pytest.skip(lacking)
    return found


@contextmanager
def open_browser(*flags: str) -> Iterator[Browser]:
    """A running browser."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


class BrowserUser:
    """Somebody at a screen of some size, who notices errors and requests to other hosts."""

    def __init__(
        self, browser: Browser, base_url: str, *, size: Any = DESKTOP, dark: bool = False
    ) -> None:
        self.context = browser.new_context(
            viewport=size,
            locale="zh-CN",
            base_url=base_url,
            color_scheme="dark" if dark else "light",
        )
        self.page: Page = self.context.new_page()
        self.page_errors: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.page.on("request", lambda request: self._on_request(request.url, base_url))

    def _on_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.page_errors.append(message.text)

    def _on_request(self, url: str, base_url: str) -> None:
        if not url.startswith((base_url, "data:", "blob:")):
            self.page_errors.append(f"asked another host: {url}")

    def open_page(self, path: str) -> Page:
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def sign_in(self, username: str, password: str) -> Page:
        self.open_page("/admin/login/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", password)
        self.page.click("#login-form button[type=submit]")
        # Where the person begins: the dashboard, or a cashier at the counter.
        self.page.wait_for_url(lambda url: "/login/" not in url)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def overflow_px(self) -> int:
        """How many pixels stick out to the right of the screen."""
        found: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return found

    def low_contrast_texts(self) -> list[Any]:
        found: list[Any] = self.page.evaluate(LOW_CONTRAST_SCRIPT)
        return found
