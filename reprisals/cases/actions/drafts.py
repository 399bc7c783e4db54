"""Drafts: beginning one, keeping what is not finished, submitting, and discarding."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor, Permission, require
from reprisals.audit.actions import forget_case, record, record_case
from reprisals.audit.opening import create_case
from reprisals.audit.queries import is_logged
from reprisals.cases.actions import unfinished
from reprisals.cases.actions.keeping_out import concerns_team, keeps_out_team
from reprisals.cases.actions.settle import finish_work, settle_facets
from reprisals.cases.actions.titles import acts_told, title_facts_of, titles_of
from reprisals.cases.actions.work import NO_DEADLINE, Work, check_free
from reprisals.cases.models.account import Account, Reach
from reprisals.cases.models.case import (
    Case,
    CaseContent,
    Exclusion,
    ExclusionContent,
)
from reprisals.cases.models.registry import KINDS
from reprisals.cases.references.rules import make_reference, parse_reference
from reprisals.cases.rules.clocks import Priority, triage_due
from reprisals.cases.rules.outline import (
    ONLY_THROUGH_US,
    CaseOutline,
    Danger,
    TitleFacts,
    missing_to_submit,
)
from reprisals.cases.rules.stages import By, Move, Stage, check_move
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity import queries as people
from reprisals.identity.actions.admitting import identity_of
from reprisals.identity.models import Team
from reprisals.identity.rules import Weekend
from reprisals.sealing.boxes import CaseCode, CaseFile, Revision
from reprisals.sealing.grants import Grant, team_has_keys
from reprisals.sealing.holders import TeamKind
from reprisals.sealing.keyring import Keyring

MOST_DRAWS = 5


class AlreadyBegun(Exception):
    """A draft with this identifier was begun already: by a first click, in another tab, or by saving itself."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the author is told: the reference, which team has it, and by when it answers."""

    reference: str
    team: Team
    due_at: datetime


def begin_draft(session: Session, keyring: Keyring, actor: Actor, case_id: UUID, team_id: UUID) -> Work:
    """A new draft under a new key, sealed to the author's own team alone.

    Of two that begin the same draft at once the second waits for the first, and is told AlreadyBegun. A reference that another
    case has is drawn again. Raises NotAllowed, CannotOpen, RuleBroken.
    """
    require(actor, Permission.CASE_LOG, team_id)
    team = people.find_team(session, team_id)
    if team is None:
        raise RuleBroken(_("Choose one of your teams."), "team")
    if not team_has_keys(session, team_id):
        raise RuleBroken(_("This team has no keys yet. Its lead makes them, under Teams."))
    for _draw in range(MOST_DRAWS):
        if is_begun(session, case_id):
            raise AlreadyBegun
        reference = make_reference(secrets.randbelow)
        try:
            with session.begin_nested():
                return _write_draft(session, keyring, actor, (case_id, reference, team))
        except (IntegrityError, RuleBroken):
            forget_case(session, case_id)
            if not is_begun(session, case_id) and not _is_taken(session, reference):
                raise
    raise RuleBroken(_("No reference could be drawn for this case. Send it again."))


def _is_taken(session: Session, reference: str) -> bool:
    return session.scalar(select(Case.id).where(Case.reference == reference)) is not None


def _write_draft(session: Session, keyring: Keyring, actor: Actor, begun: tuple[UUID, str, Team]) -> Work:
    case_id, reference, team = begun
    check_free(session, case_id)
    if is_logged(session, case_id):
        raise RuleBroken(_("This page has run out. Open it again from the list."))
    now = clock.now()
    opened = create_case(session, keyring, case_id)
    case = Case(
        id=case_id,
        reference=reference,
        stage=Stage.DRAFT,
        priority=Priority.NORMAL,
        received_on=now.date(),
        owning_team_id=team.id,
        stage_since=now,
        sort_at=NO_DEADLINE,
    )
    content = CaseContent()
    opened.add(case, content)
    opened.grant(identity_of(team), own=True)
    session.flush()
    return Work(session, actor, keyring, opened, case, content)


def outline_of(work: Work) -> CaseOutline:
    """As much of the case as decides whether it can be submitted."""
    story, reach = work.one(Account)[1], work.one(Reach)[1]
    return CaseOutline(
        danger=Danger(work.case.danger) if work.case.danger else None,
        happened=story.happened,
        acts=acts_told(work),
        words=story.words,
        feared=story.coming,
        states=work.states(),
        reach_back=reach.how or (reach.channel if reach.channel == ONLY_THROUGH_US else ""),
    )


def keep_out_office(work: Work, is_concerned: bool, reason: str) -> None:
    """The case concerns the central team: it is kept out, and the alternate team will triage. Or take that back.

    Raises RuleBroken where the central team logged the case itself, because it can read it already.
    """
    office = people.find_site_team(work.session, TeamKind.CENTRAL)
    if office is None:
        raise RuleBroken(_("This site has no reprisals team."), "office_concerned")
    name = f"team:{office.id}"
    if is_concerned and (name in work.opened.manifest.holders or office.id in work.actor.team_ids):
        raise RuleBroken(
            _("The reprisals team can read this case already. Let another team log it."), "office_concerned"
        )
    rows = [row for row, _document in work.rows(Exclusion) if row.target == name]
    if is_concerned and not rows:
        work.opened.add(Exclusion(kind="team", target=name), ExclusionContent(reason))
        work.opened.exclude([name])
    elif is_concerned and reason != work.opened.read(rows[0]).reason:
        work.opened.change(rows[0], ExclusionContent(reason))
    elif not is_concerned and rows:
        for row in rows:
            work.opened.remove(row)
        work.opened.include([name])
    else:
        return
    record_case(work.session, work.actor, "case.changed", work.id, part="exclusion")


def is_office_kept_out(work: Work) -> bool:
    """Whether the case keeps out the central team or any of its people."""
    office = people.find_site_team(work.session, TeamKind.CENTRAL)
    return office is not None and concerns_team(work, office)


def office_reason_of(work: Work) -> str:
    """Why the central team is kept out, in the words of whoever said so. Empty where it is not, whoever else is."""
    office = people.find_site_team(work.session, TeamKind.CENTRAL)
    names = {f"team:{office.id}"} if office else set()
    return next((str(document.reason) for row, document in work.rows(Exclusion) if row.target in names), "")


def triage_team_of(work: Work) -> Team:
    """Who will triage: the central team, or the alternate one where that is excluded. Raises RuleBroken without keys."""
    kind = TeamKind.ALTERNATE if is_office_kept_out(work) else TeamKind.CENTRAL
    team = people.find_site_team(work.session, kind)
    if team is None or not team_has_keys(work.session, team.id):
        raise RuleBroken(
            _(
                "The alternate team has no keys yet, so the case stays a draft. "
                "Ask the custodian to set it up; nothing is lost."
            )
        )
    if keeps_out_team(work, team):
        raise RuleBroken(
            _(
                "Both teams that could receive this case are kept out of it, so it stays a draft; nothing is lost."
            )
        )
    return team


def submit(
    work: Work, title: str, leaving_out: str = "", sent: Collection[UUID] = unfinished.NOBODY
) -> Submitted:
    """Seal the case to the team that triages it. Raises RuleBroken where something is missing or it was submitted before.

    `leaving_out` is the mark of what was begun and not finished, as the person saw it and agreed to leave it out; `sent` are
    the rows of the last page that are sent with the case.
    """
    require(work.actor, Permission.CASE_SUBMIT, work.case.owning_team_id)
    stage = check_move(Stage(work.case.stage), Move.SUBMIT, By.AUTHOR)
    check_told(work)
    if not title.strip():
        raise RuleBroken(_("Give the case a title."), "title")
    team = triage_team_of(work)
    left_out = unfinished.leave_out_unfinished(work, leaving_out, sent)
    settle_facets(work)
    if team.id != work.case.owning_team_id:
        work.opened.grant(identity_of(team))
    now = clock.now()
    due = triage_due(now, Priority(work.case.priority), Weekend(team.weekend))
    work.case.due_at = work.case.sort_at = due
    work.change_case(
        replace(work.content, title=title.strip(), proposed=_proposed_as(work, title.strip())),
        stage=stage.value,
        stage_since=now,
        submitted_at=now,
        triage_team_id=team.id,
    )
    told = {"team": str(team.id), "forgotten": work.opened.forget_revisions()}
    told |= {"unfinished": left_out} if left_out else {}
    finish_work(work, "case.submitted", **told)
    return Submitted(work.case.reference, team, due)


def _proposed_as(work: Work, title: str) -> TitleFacts | None:
    """What a title was proposed from, in whatever language; None where somebody wrote it."""
    facts = title_facts_of(work)
    return facts if not work.content.title_is_own and title in titles_of(facts) else None


def check_told(work: Work) -> None:
    """Raise RuleBroken where something is missing without which the case cannot be submitted."""
    missing = missing_to_submit(outline_of(work))
    if missing:
        raise RuleBroken(missing[0].text)


def discard_draft(work: Work, typed_reference: str) -> None:
    """Destroy a draft that nobody but its own team has seen, if its reference was typed. Raises NotAllowed, RuleBroken."""
    require(work.actor, Permission.CASE_LOG, work.case.owning_team_id)
    if work.case.stage != Stage.DRAFT:
        raise RuleBroken(_("Only a draft can be discarded. This case has been submitted."))
    if parse_reference(typed_reference) != work.case.reference:
        raise RuleBroken(_("This is not the reference of this draft."), "reference")
    case_id = work.id
    forget_case(work.session, case_id)
    destroy(work.session, [case_id])
    record(work.session, work.actor, "case.discarded", case_id).case_id = case_id


def destroy(session: Session, case_ids: Collection[UUID]) -> None:
    """Delete every row of these case files, their keys first."""
    session.execute(delete(Grant).where(Grant.case_id.in_(case_ids)))
    kinds: list[Any] = [CaseCode, Revision, *KINDS]
    for kind in kinds:
        session.execute(delete(kind).where(kind.case_id.in_(case_ids)))
    session.execute(delete(CaseFile).where(CaseFile.id.in_(case_ids)))
    session.expire_all()


def is_begun(session: Session, case_id: UUID) -> bool:
    """Whether a case with this identifier was begun already: a double click, or a second tab."""
    return session.scalar(select(CaseFile.id).where(CaseFile.id == case_id)) is not None
