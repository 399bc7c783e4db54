"""Every address, asked for and posted to by everybody; every command. All of it goes through a real server."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import click
import psutil
from click.testing import CliRunner
from flask import Flask

from reprisals.app import create_app
from reprisals.cli.main import cli
from reprisals.sealing.bundle import SessionToken
from reprisals.web.tokens import FIELD, make_form_token
from tests.canary.journeys import LARGE, Journey
from tests.canary.marks import Marks
from tests.canary.typing_in import Typist, Witness
from tests.crash.addresses import list_addresses
from tests.crash.sites import PATIENCE, Answer, Caller, Serving, wait_until
from tests.servers.ports import LOOPBACK

NOT_RUN = {
    "init": "made this site; what it shows once is shown to the person in front of it",
    "demo": "makes a site of its own",
    "serve": "runs during all of this",
}
ARGUMENTS = {
    "audit verify": ((), ("--head", "1:" + "00" * 32)),
    "audit head": ((),),
    "check": ((),),
    "upgrade": ((),),
}
POSTING = ("member", "outsider", "drafter", "administrator", "auditor", "newcomer")
AT_ONCE = 4
CODE = re.compile(r"/invitation\?code=([\w-]+)")
PASSPHRASE = re.compile(r"<li[^>]*>\s*(?:<[^>]+>\s*)*([a-z]+)")


@dataclass
class Walk:
    """What was seen on the way."""

    journey: Journey
    server: Serving
    folder: Path
    marks: Marks
    clear: Marks
    witness: Witness
    said: dict[str, bytes] = field(default_factory=dict)
    limits: dict[int, object] = field(default_factory=dict)
    large: list[int] = field(default_factory=list)

    def travel(self) -> None:
        """All of it: what people do, then every address, then every command, then every form."""
        self.look_at_limits()
        self.administer()
        self.journey.travel()
        self.send_what_is_large()
        self.send_what_is_odd()
        self._name_the_rest()
        self.ask_everything()
        self.command_everything()
        self.post_everything()

    def _name_the_rest(self) -> None:
        newcomer = self.journey.people.persons["newcomer"].person.id
        elsewhere = (
            "people.show",
            "people.suspend_one",
            "people.reinstate_one",
            "people.again",
            "invitations.cancel",
            "admitting.member",
        )
        people = {
            f"{endpoint}.person_id": newcomer
            for endpoint in (*elsewhere, "certifying.lead", "certifying.role")
        }
        some = {
            "team_id": self.journey.people.team_id,
            "session_id": uuid4(),
            "seq": 5,
            "kind": "jsonl",
            "role": "auditor",
        }
        self.journey.known |= {**people, **some}

    def ask_everything(self) -> None:
        """Every page, asked for by everybody."""
        addresses = list(list_addresses(self._app, "GET", self.journey.known))

        def ask(who: str) -> None:
            typist = self.journey.typist(who)
            for address in addresses:
                typist.get(address, None)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(ask, self.journey.people.tokens))

    def post_everything(self) -> None:
        """Every form, posted with a mark in every field that any form has. Sessions end on the way."""
        addresses = list(list_addresses(self._app, "POST", self.journey.known))
        for who in POSTING:
            typist = self.journey.typist(who)
            fields = [(name, self.marks.make(f"{who} posts {name}")) for name in sorted(self.journey.names)]
            for address in addresses:
                typist.post(address, fields, None)

    def administer(self) -> None:
        """Invite somebody, who makes their keys and signs in; found a team. What is deliberately clear has marks of its own."""
        administrator = self._clear_typist("administrator")
        place = f"team:{self.journey.people.team_id}"
        email = f"{self.clear.make('email', tail='')}@canary.example"
        invited = administrator.fill("/people/invite", 200, email=email, place=place, team_role="MEMBER")
        code = CODE.search(invited.text.replace("&amp;", "&"))
        assert code is not None
        self.marks.keep("invitation", code[1])
        administrator.fill("/teams/new", 303)
        nobody = self.journey.typist()
        shown = nobody.post(f"/invitation?code={code[1]}", [("code", code[1])], 200)
        self._sign_in(email.lower(), " ".join(PASSPHRASE.findall(shown.text)[:8]))

    def _sign_in(self, email: str, passphrase: str) -> None:
        self.marks.keep("passphrase", passphrase)
        self.marks.keep("passphrase in an address", passphrase.replace(" ", "+"))
        visitor = self.journey.typist()
        answer = visitor.post("/sign-in", [("email", email), ("passphrase", passphrase)], 303)
        cookie = next(value for name, value in answer.headers if value.startswith("session="))
        self.marks.keep("session", cookie.partition("=")[2].partition(";")[0])
        unknown = f"{self.marks.make('e-mail of nobody', tail='')}@canary.example"
        wrong = [("email", unknown), ("passphrase", self.marks.make("wrong passphrase"))]
        visitor.post("/sign-in", wrong, 422)

    def send_what_is_large(self) -> None:
        """Three megabytes in a form, as fields and as a file, while no process of the server can write to any file."""
        processes = [psutil.Process(pid) for pid in self.server.workers]
        kept = [process.rlimit(psutil.RLIMIT_FSIZE) for process in processes]
        for process, (_soft, hard) in zip(processes, kept, strict=True):
            process.rlimit(psutil.RLIMIT_FSIZE, (0, hard))
        token = SessionToken.draw()
        for large in (self._part("file", "list.csv"), self._part("words")):
            body = self._part(FIELD, text=make_form_token(token)) + large + b"--line--\r\n"
            kind = {"Content-Type": "multipart/form-data; boundary=line"}
            self.large.append(Caller(self.server.port, token).send("POST", "/sign-in", body, kind).status)
        for process, limit in zip(processes, kept, strict=True):
            process.rlimit(psutil.RLIMIT_FSIZE, limit)

    def _part(self, name: str, file_name: str = "", text: str = "") -> bytes:
        named = f'name="{name}"' + (f'; filename="{file_name}"' if file_name else "")
        content = text or (self.marks.make(f"large {name}", tail="") * (LARGE // 16))
        return f"--line\r\nContent-Disposition: form-data; {named}\r\n\r\n{content}\r\n".encode()

    def send_what_is_odd(self) -> None:
        """Requests that are none, with a mark in each part that a log could repeat."""
        mark = self.marks.make("odd request", tail="")
        names = ("User-Agent", "Referer", "X-Forwarded-For", "Cookie", "Accept-Language", "Origin")
        headers = dict.fromkeys(names, mark)
        Caller(self.server.port).send("GET", "/sign-in", b"", headers)
        for request in (
            f"GET /{mark} HTTP/9.9",
            f"{mark} / HTTP/1.1",
            f"GET / HTTP/1.1\r\n{mark} no colon",
            mark * 1_000,
        ):
            with socket.create_connection((LOOPBACK, self.server.port)) as line:
                line.sendall(f"{request}\r\n\r\n".encode())
                line.settimeout(PATIENCE)
                self.witness.look_at("an odd request", Answer(0, (), line.recv(65_536)), may_show=True)

    def command_everything(self) -> None:
        """Every command there is, with what it says."""
        config = str(self.journey.real.config)
        for name in list_commands(cli):
            for arguments in ARGUMENTS.get(name, ()):
                result = CliRunner().invoke(cli, [*name.split(), "--config", config, *arguments])
                self.said[" ".join((name, *arguments))] = result.output_bytes + result.stderr_bytes

    def look_at_limits(self) -> None:
        """What the server's processes may leave behind."""
        wait_until(lambda: len(self.server.workers) > 1, "more than one process answers")
        for pid in self.server.workers:
            self.limits[pid] = psutil.Process(pid).rlimit(psutil.RLIMIT_CORE)

    def _clear_typist(self, who: str) -> Typist:
        caller = Caller(self.server.port, self.journey.people.tokens[who])
        return Typist(caller, self.clear, Witness(self.clear), who)

    @property
    def _app(self) -> Flask:
        return create_app(self.journey.real.settings)


def list_commands(group: click.Group, before: str = "") -> list[str]:
    """Every command of a group and of the groups in it."""
    names = []
    for name, command in group.commands.items():
        names += (
            list_commands(command, f"{before}{name} ")
            if isinstance(command, click.Group)
            else [before + name]
        )
    return names
