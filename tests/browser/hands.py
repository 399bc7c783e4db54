"""Two ways to use a page: with a pointer, and with the keys of a keyboard alone.

Both reach the same fields, so a journey is written once. On the keyboard each stop on the way must be in sight and marked.
"""

from typing import Any, Protocol

from playwright.sync_api import Locator, Page

MOST_STOPS = 400

LOOK = """wanted => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const isMarked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const middle = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const spots = [0.02, 0.25, 0.5, 0.75, 0.98].map(part => [box.left + part * box.width, middle]);
  const isShown = spots.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (at.contains(top) || top.contains(at) || (at.labels && [...at.labels].some(l => l.contains(top))));
  });
  return {
    reached: at === wanted,
    nowhere: at === document.body || at === document.documentElement,
    sameGroup: at.type === "radio" && wanted.type === "radio" && at.name === wanted.name && at.form === wanted.form,
    marked: isMarked, shown: isShown, what: at.outerHTML.slice(0, 120),
  };
}"""


class Hands(Protocol):
    """A way to use the fields of a page."""

    def fill(self, field: Locator, text: str) -> None:
        """Write a text into a field, in place of what stands there."""

    def tick(self, box: Locator) -> None:
        """Tick a box or choose a radio button."""

    def pick(self, choice: Locator, value: str) -> None:
        """Choose an entry of a native list."""

    def press(self, target: Locator) -> None:
        """Press a button or follow a link."""


class Pointer:
    """A mouse or a finger."""

    def fill(self, field: Locator, text: str) -> None:
        field.fill(text)

    def tick(self, box: Locator) -> None:
        box.check()

    def pick(self, choice: Locator, value: str) -> None:
        choice.select_option(value)

    def press(self, target: Locator) -> None:
        target.click()


class Keys:
    """Tab, Space, Enter, the arrow keys, and letters where something is written."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def tick(self, box: Locator) -> None:
        self.reach(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")

    def pick(self, choice: Locator, value: str) -> None:
        self.reach(choice)
        self.page.keyboard.press("Home")
        for _entry in range(choice.locator("option").count()):
            if choice.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the list has no {value}")

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def reach(self, target: Locator) -> None:
        """Go to it with Tab, inside a group of radio buttons with the arrows. Each stop must be marked and in sight."""
        wanted = target.element_handle()
        seen: dict[str, Any] = self.page.evaluate(LOOK, wanted)
        for _stop in range(MOST_STOPS):
            if seen["reached"]:
                return
            self.page.keyboard.press("ArrowDown" if seen["sameGroup"] else "Tab")
            seen = self.page.evaluate(LOOK, wanted)
            assert seen["nowhere"] or seen["marked"], f"nothing marks the focus on {seen['what']}"
            assert seen["nowhere"] or seen["shown"], f"the focus is out of sight on {seen['what']}"
        raise AssertionError(f"the keyboard does not reach {target}")
