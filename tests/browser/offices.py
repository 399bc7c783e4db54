"""An invented office with everything that a page can show: people in every state, a draft, a submitted case, a kept form."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from reprisals import clock
from reprisals.cases.actions import drafts, parts, unfinished
from reprisals.cases.actions.work import danger_mark, states_mark
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.models.account import Act, CooperationContent, ReachContent, WishContent
from reprisals.cases.rules.outline import Danger
from reprisals.identity.actions.admitting import Founding, add_team
from reprisals.identity.actions.inviting import make_invitation
from reprisals.identity.actions.sessions import LateForm, end_session
from reprisals.identity.models import KeptForm, LiveSession, Membership, Person, PersonState, SiteRole, Team
from reprisals.sealing.bundle import seal_bundle
from reprisals.sealing.holders import TeamKind
from reprisals.sealing.keys import make_fingerprint
from tests.cases.actions.desk import Desk, account, answer
from tests.makers import Makers, Somebody, bundle_of

WORDS = (
    "She spoke at a side event of the Council in March. Two weeks later two men who did not give their names "
    "waited at her door and told her that she would lose her post.\nHer brother was summoned the next day."
)
ARABIC_WORDS = "طُلب منه أن يوقّع تعهدًا بعدم التواصل مع الأمم المتحدة."
PASSPHRASE = "eight words that were drawn for this test"


@dataclass(frozen=True)
class Told:
    """A case, and its parts that have pages of their own."""

    case_id: UUID
    person_id: UUID
    link_id: UUID
    act_id: UUID
    reference: str


@dataclass
class Office:
    """A team of focal points with its cases, and everybody whom the other pages show."""

    team: Team
    lead: Somebody
    member: Somebody
    drafter: Somebody
    founder: Somebody
    administrator: Somebody
    auditor: Somebody
    custodian: Somebody
    newcomer: Somebody
    first_lead: Somebody
    officer: Somebody
    suspended: Somebody
    keyless: Team
    draft: Told
    submitted: Told
    aside: Told
    begun_id: UUID
    kept_id: UUID
    invitation: str = field(repr=False)


def make_office(make: Makers) -> Office:
    """Fill the site. Everything is committed on the way."""
    made = make.team(entity="OHCHR", states=("KEN", "UGA"))
    desk = Desk(make, made.team, made.lead, make.member(made.team))
    drafting = make.site.team(make.session, TeamKind.DRAFTING)
    keyless = add_team(make.session, Founding(TeamKind.FOCAL, "UNHCR Amman", "UNHCR", "Amman", ("JOR",)))
    office: dict[str, Any] = {
        "drafter": make.member(drafting),
        "administrator": make.officer("ADMINISTRATOR"),
        "auditor": make.officer("AUDITOR"),
        "custodian": make.officer("CUSTODIAN"),
        "newcomer": waiting_for(make, made.team),
        "first_lead": waiting_for(make, keyless, "LEAD"),
        "officer": waiting_as(make, "AUDITOR"),
        "suspended": make.person("Suspended Person", state=PersonState.SUSPENDED),
    }
    code = make_invitation(make.session, make.site.settings, invited(make).id, make.founder.person.id)
    kept_id = keep_late(make, desk.member)
    make.session.commit()
    draft, submitted = tell(desk, "Falcon"), tell(desk, "Heron", danger=Danger.YES)
    desk.submit(submitted.case_id)
    office |= set_aside(desk)
    with desk.work(submitted.case_id) as work:
        parts.save_danger(work, Danger.YES, "The men came back on Sunday.", danger_mark(work))
    for held in list(make.session):
        make.session.refresh(held)
    return Office(
        team=made.team,
        lead=made.lead,
        member=desk.member,
        founder=make.founder,
        keyless=keyless,
        draft=draft,
        submitted=submitted,
        kept_id=kept_id,
        invitation=code,
        **office,
    )


def set_aside(desk: Desk) -> dict[str, Any]:
    """A draft that goes to the alternate team, on which a person was begun and not finished."""
    aside = tell(desk, "Swift")
    with desk.work(aside.case_id) as work:
        drafts.keep_out_office(work, is_concerned=True, reason="It is about one of them.")
        unfinished.keep_unfinished(work, f"person:{uuid4()}", (("unit", "IND"), ("alias", "Robin")))
    row, _fields = unfinished.list_unfinished(desk.read(aside.case_id))[0]
    return {"aside": aside, "begun_id": row.id}


def tell(desk: Desk, alias: str, danger: Danger = Danger.NO) -> Told:
    """A draft in which every part was told."""
    case_id, link_id = desk.begin(), uuid4()
    with desk.work(case_id) as work:
        parts.save_danger(work, danger, "Two men wait outside.", danger_mark(work))
        story = account(
            "THR",
            "SUR",
            words=WORDS,
            since="2026-05",
            place="Nairobi",
            place_country="KEN",
            coming=ARABIC_WORDS,
        )
        parts.save_account(work, story, 0)
        parts.save_states(work, frozenset({"KEN", "UGA"}), states_mark(work))
        parts.save_reach(
            work, ReachContent("SIGNAL", "Through her sister.", "After nine.", "Never the office."), 0
        )
        parts.save_wish(work, WishContent(("QUIET", "PROTECT"), "She wants it to stop."), 0)
        content = CooperationContent(words="It began after the side event.", since="2026-03")
        link = parts.CooperationTold("HRC", "SID", "ACTUAL", "LIK", frozenset({"A"}), content)
        parts.save_cooperation(work, link_id, link, 0)
    person_id = desk.add_person(case_id, alias, occupation="teacher", organization="A small association")
    desk.answered(
        case_id,
        answer(person_id, Scope.RECORD, Answer.GIVEN),
        answer(person_id, Scope.SHARE_UN, Answer.GIVEN, "UNHCR"),
        answer(person_id, Scope.PUBLIC_NAMED, Answer.REFUSED),
    )
    work = desk.read(case_id)
    act = work.opened.load(Act)[0]
    return Told(case_id, person_id, link_id, act.id, work.case.reference)


def waiting_for(make: Makers, team: Team, role: str = "MEMBER") -> Somebody:
    """Somebody with keys and a passphrase who waits to be admitted to a team."""
    who = with_passphrase(make, make.person())
    make.session.add(Membership(person_id=who.person.id, team_id=team.id, role=role, asked_at=clock.now()))
    make.session.flush()
    return who


def waiting_as(make: Makers, role: str) -> Somebody:
    """Somebody with keys who waits to be given a role of the site."""
    who = with_passphrase(make, make.person())
    make.session.add(SiteRole(person_id=who.person.id, role=role, asked_at=clock.now()))
    make.session.flush()
    return who


def with_passphrase(make: Makers, who: Somebody) -> Somebody:
    """The same person, who can sign in with PASSPHRASE."""
    secret = bytes.fromhex(make.site.settings.keys.site_secret)
    who.person.bundle = seal_bundle(bundle_of(who.keyring), PASSPHRASE, secret)
    make.session.flush()
    return who


def fingerprint_of(who: Somebody) -> str:
    """The digits that somebody reads out."""
    return make_fingerprint(who.person.id, who.keyring.signing.public, who.keyring.box.public.raw)


def invited(make: Makers) -> Person:
    """Somebody who has not made their keys yet."""
    email = f"invited.{uuid4().hex[:6]}@field.example"
    person = Person(email=email, name="Invited Person", language="en", created_at=clock.now())
    make.session.add(person)
    make.session.flush()
    return person


def keep_late(make: Makers, who: Somebody) -> UUID:
    """A form that somebody sent after their session had ended."""
    token = make.live(who)
    live = make.session.get_one(LiveSession, token.lookup)
    end_session(make.session, make.site.settings, live, None, "expired")
    make.session.flush()
    late = LateForm(
        f"/cases/{uuid4()}/what", (("happened", "YES"), ("words", WORDS), ("acts", "THR"), ("place", ""))
    )
    assert make.late(token, late)
    return make.session.query(KeptForm).filter_by(person_id=who.person.id).one().id
