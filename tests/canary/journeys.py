"""What people do with a site, with a mark in every field: logging, correcting, withdrawing, losing a session, erring."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from reprisals.cases.models.account import Act, Cooperation, PersonConcerned
from reprisals.cases.models.case import Case
from reprisals.identity.models import KeptForm
from reprisals.sealing.bundle import SessionToken
from reprisals.sealing.holders import TeamKind
from tests.canary.marks import Marks
from tests.canary.typing_in import Typist, Witness
from tests.crash.sites import Caller, RealSite
from tests.makers import Somebody
from tests.pages import parse

READERS = ("member", "lead", "central member", "founder")
RECEIVED = {"alternate lead": {"/cases": frozenset({"/cases/*/check title"})}}
"""What stands on the pages of those who may read one case alone: on the list, the title of what their team was sent."""
AUTOSAVED = {"X-Autosave": "1"}
LARGE, TOO_LARGE = 3_000_000, 5_000_000


@dataclass
class People:
    """Somebody of every kind, each with sessions of their own."""

    tokens: dict[str, SessionToken]
    persons: dict[str, Somebody]
    spare: list[SessionToken]
    team_id: UUID


def settle(real: RealSite) -> People:
    """Bring people in, with real keys."""
    with real.committing() as make:
        team = make.team()
        kinds = (TeamKind.CENTRAL, TeamKind.ALTERNATE, TeamKind.DRAFTING)
        office = {kind: real.site.team(make.session, kind) for kind in kinds}
        persons = {
            "founder": make.founder,
            "alternate lead": make.lead(office[TeamKind.ALTERNATE]),
            "lead": team.lead,
            "member": make.member(team.team),
            "outsider": make.team(entity="UNHCR").lead,
            "central member": make.member(office[TeamKind.CENTRAL]),
            "drafter": make.member(office[TeamKind.DRAFTING]),
            **{
                role.lower(): make.officer(role)
                for role in ("ADMINISTRATOR", "AUDITOR", "CUSTODIAN", "APPROVER")
            },
            "newcomer": make.person(),
        }
        tokens = {who: make.live(person) for who, person in persons.items()}
        spare = [make.live(persons["member"]) for _session in range(2)]
    return People(tokens, persons, spare, team.team.id)


@dataclass
class Journey:
    """A member of a team at work, and what came of it."""

    real: RealSite
    people: People
    marks: Marks
    witness: Witness
    port: int
    known: dict[str, Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def typist(self, who: str = "nobody", token: SessionToken | None = None) -> Typist:
        """Somebody at their browser; nobody has a token that belongs to no session."""
        token = token or self.people.tokens.get(who) or SessionToken.draw()
        caller = Caller(self.port, token)
        typist = Typist(caller, self.marks, self.witness, who, who in READERS, self.names)
        typist.received = RECEIVED.get(who, {})
        return typist

    def travel(self) -> None:
        """All of it."""
        member = self.typist("member")
        case_id = self.known["case_id"] = self.log(member)
        self.correct(member, case_id)
        self.log_what_concerns_the_office(member)
        self.leave_in_the_middle(member)
        self.discard(member)
        self.be_late(case_id)
        self.err(member, case_id)

    def log(self, member: Typist) -> UUID:
        """A case with every part, and submit it."""
        case_id = self.begin(member)
        at = f"/cases/{case_id}"
        member.post(f"{at}/what", member.typed(f"{at}/what"), 200, AUTOSAVED)
        member.fill(f"{at}/what", 422, **{"since-year": "when?"})
        member.fill(f"{at}/what", acts=["ARR", "DET"])
        member.fill(f"{at}/states")
        for _person in range(2):
            member.fill(f"{at}/persons/{uuid4()}")
            member.fill(f"{at}/links/{uuid4()}")
        member.fill(f"{at}/wish")
        member.fill(f"{at}/consent")
        with self.session() as session:
            person = session.scalars(
                select(PersonConcerned).where(PersonConcerned.case_id == case_id)
            ).first()
            act = session.scalars(select(Act.id).where(Act.case_id == case_id)).first()
        assert person is not None
        member.fill(f"{at}/persons/{person.id}")
        member.fill(f"{at}/acts/{act}")
        member.fill(f"{at}/reach")
        member.fill(f"{at}/title")
        member.fill(f"{at}/check", office_reason="")
        self.known |= {"person_id": person.id, "act_id": act}
        return case_id

    def begin(self, member: Typist) -> UUID:
        """The first page of a case, saved by itself once, refused once, then taken."""
        fields = member.typed(f"/cases/new?case={uuid4()}", danger="YES")
        case_id = UUID(dict(fields)["case_id"])
        without = [(name, value) for name, value in fields if name != "danger"]
        member.post("/cases/new", without, 422)
        member.post(
            "/cases/new", [*without, ("danger_words", self.marks.make("saved by itself"))], 200, AUTOSAVED
        )
        member.post("/cases/new", fields, 302)
        member.fill(f"/cases/{case_id}/danger", danger="YES")
        return case_id

    def correct(self, member: Typist, case_id: UUID) -> None:
        """Change what was submitted, clash with a colleague, withdraw an answer, take rows out."""
        at = f"/cases/{case_id}"
        fields = member.typed(f"{at}/what", acts=["ARR", "DET"])
        self.typist("lead").fill(f"{at}/what", acts=["ARR", "DET"])
        member.post(f"{at}/what", fields, 409)
        member.fill(f"{at}/what", acts=["ARR", "DET"])
        given: dict[str, Any] = {"entities": "", "persons": str(self.known["person_id"])}
        given |= dict.fromkeys(("RECORD", "RAISE_CONF", "PUBLIC_NAMED"), "WITHDRAWN")
        given |= dict.fromkeys(("SHARE_UN", "PUBLIC_ANON", "DETAILS", "CONTACT"), "UNCHANGED")
        withdrawing = member.typed(f"{at}/consent", **given)
        asked = parse(member.post(f"{at}/consent", withdrawing, 200).text)
        confirmed = asked.find(".//input[@name='confirmed']").get("value")
        member.post(f"{at}/consent", [*withdrawing, ("confirmed", confirmed)], 302)
        with self.session() as session:
            links = list(session.scalars(select(Cooperation.id).where(Cooperation.case_id == case_id)))
            persons = set(
                session.scalars(select(PersonConcerned.id).where(PersonConcerned.case_id == case_id))
            )
        (person,) = persons - {self.known["person_id"]}
        member.fill(f"{at}/persons/{person}/remove")
        member.fill(f"{at}/links/{links[0]}/remove")
        self.known["row_id"] = links[1]

    def log_what_concerns_the_office(self, member: Typist) -> None:
        """A case that the central team may not see, with the reason."""
        at = f"/cases/{self.begin(member)}"
        for page in ("what", "states", "reach"):
            member.fill(f"{at}/{page}")
        member.fill(f"{at}/who", is_general="y")
        member.fill(f"{at}/check", office_concerned="y")
        member.fill(f"{at}/check/alternate")
        self.known["office_case"] = UUID(at.rpartition("/")[2])

    def leave_in_the_middle(self, member: Typist) -> None:
        """A draft with a page that does not hold and one that saved itself, and nobody comes back to it."""
        case_id = self.begin(member)
        at = f"/cases/{case_id}"
        member.fill(f"{at}/states", 422, states=self.marks.make("a State that is none"))
        member.post(f"{at}/reach", member.typed(f"{at}/reach"), 200, AUTOSAVED)
        self.known["draft"] = case_id

    def discard(self, member: Typist) -> None:
        """A draft that is thrown away."""
        case_id = self.begin(member)
        with self.session() as session:
            reference = session.get_one(Case, case_id).reference
        member.fill(f"/cases/{case_id}/discard", reference=reference)

    def be_late(self, case_id: UUID) -> None:
        """Two forms of a session that has ended: one is opened and deleted, one stays. And one of a session that never was."""
        late = self.typist("member", self.people.spare[0])
        late.post("/sign-out", [], 303)
        for _form in range(2):
            fields = [(name, self.marks.make(f"too late: {name}")) for name in ("words", "how", "alias")]
            late.post(f"/cases/{case_id}/what", fields, 401)
        with self.session() as session:
            kept = list(session.scalars(select(KeptForm.id)))
        member = self.typist("member")
        member.get(f"/kept/{kept[0]}")
        member.fill(f"/kept/{kept[0]}/delete", 303)
        self.known["kept_id"] = kept[1]
        nobody = self.typist()
        nobody.post(f"/cases/{case_id}/what", [("words", self.marks.make("never signed in"))], 401)

    def err(self, member: Typist, case_id: UUID) -> None:
        """Everything that goes wrong: too long, too large, from elsewhere, to nowhere."""
        at = f"/cases/{case_id}"
        words = self.marks.make("too long", tail="") * 500_000
        member.post(f"{at}/what", [("words", words[:LARGE])], 422)
        member.post(f"{at}/what", [("words", words[:TOO_LARGE])], 413)
        mark = self.marks.make("from elsewhere", tail="")
        forged = Typist(Caller(self.port), self.marks, self.witness, "nobody", may_show=False)
        forged.post(f"{at}/what", [("words", mark), ("form_token", mark)], 401)
        forged.get(f"/cases/{mark}", None)
        forged.get(f"/no/such/{mark}?q={mark}", None)
        member.get(f"/cases?after={mark}&state={mark}")
        member.post(f"/no/such/{mark}", [("words", mark)], None)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session on the site's own database."""
        with self.real.opened() as database, database.reading() as session:
            yield session
