"""Ask the advisory database whether a locked package has a known weakness, and be honest when nobody answers.

pip-audit reads the lock with its hashes and installs nothing. A finding fails; so does a lock it cannot read.
An advisory service that cannot be reached, or does not know a package, is said on a line of its own and does
not fail: a machine without a way out must still be able to check its work. Nothing unjudged is called sound.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

UNREACHABLE = ("Failed to connect", "Connection", "ServiceError", "timed out", "Could not connect", "Tunnel")
PATIENCE = 120  # seconds


def ask(lock: Path) -> tuple[dict[str, Any] | None, str]:
    """Return the service's answer, or None and what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner=off",
        ]
        command += ["--timeout=10", "--format=json", f"--output={answer}", f"--requirement={lock}"]
        try:
            run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return None, "timed out"
        if answer.exists() and answer.stat().st_size:
            parsed: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
            return parsed, ""
        return None, run.stderr.strip()


def judge(answer: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the weaknesses found and the packages that nobody could judge, a line each."""
    weak, unknown = [], []
    for package in answer["dependencies"]:
        if "skip_reason" in package:
            unknown.append(f"{package['name']}: {package['skip_reason']}")
        for advisory in package.get("vulns", []):
            fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
            weak.append(f"{package['name']} {package['version']}: {advisory['id']}, mended in {fixed}")
    return weak, unknown


def main(lock: Path) -> int:
    """Print what is known about the locked packages; 1 for a weakness or a lock that cannot be read."""
    answer, trouble = ask(lock)
    if answer is None:
        last = trouble.splitlines()[-1] if trouble else "no answer"
        if any(sign in trouble for sign in UNREACHABLE):
            print(f"pip-audit: NOT CHECKED, the advisory service cannot be reached from here ({last[:160]})")
            return 0
        print(f"pip-audit failed: {trouble}")
        return 1
    weak, unknown = judge(answer)
    judged = len(answer["dependencies"]) - len(unknown)
    if unknown:
        print(f"pip-audit: NOT CHECKED: {len(unknown)} packages, the first {unknown[0]}")
    if judged:
        print("\n".join(weak) if weak else f"pip-audit: no known weakness in {judged} packages")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main(Path("requirements.lock")))
