"""Chromium as the machine has it: found on the path, started without calling anybody, told apart from no Chromium at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "apt-get install chromium fonts-noto-core (or name one: CHROMIUM=/path/to/chromium)"
DRIVERS = (
    *(
        "AvoidUnnecessaryBeforeUnloadCheckSync",
        "DestroyProfileOnBrowserClose",
        "HttpsUpgrades",
        "LensOverlay",
    ),
    *("HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin", "OptimizationHints", "AimEnabled"),
    *("NetworkTimeServiceQuerying", "PreconnectToSearch", "msForceBrowserSignIn"),
    "msEdgeUpdateLaunchServicesPreferredVersion",
)
"""What Playwright turns off itself. Of two lists Chromium takes the last one alone, so they are named again."""
SUGGESTIONS = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
"""What an address bar that nobody sees would suggest: two more pages for each window, half of what the window costs."""
OFF = "--disable-features="
ARGUMENTS = (
    OFF + ",".join((*DRIVERS, *SUGGESTIONS)),
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # windows share a process: a third less work, and the pages are all of one site
    "--renderer-process-limit=1",
)
BACK_CACHE_OFF = "--disable-back-forward-cache"


def find_chromium() -> str:
    """The program. Raises FileNotFoundError with the command that installs one."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *NAMES) if name)
    program = next((path for path in found if path), None)
    if program is None:
        raise FileNotFoundError(f"No Chromium found for the browser tests. Install it: {INSTALL}")
    return program


@contextmanager
def running_chromium(playwright: Playwright, *, with_back_cache: bool = False) -> Iterator[Browser]:
    """A Chromium while the block lasts; on wish with the cache that keeps whole pages for the Back button."""
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    browser = playwright.chromium.launch(
        executable_path=find_chromium(),
        args=[*ARGUMENTS, *sandbox],
        ignore_default_args=[BACK_CACHE_OFF] if with_back_cache else None,
    )
    try:
        yield browser
    finally:
        browser.close()
