"""What a person decides for their own account."""

from sqlalchemy.orm import Session

from reprisals.access import Actor, NotAllowed, Permission, require
from reprisals.audit.actions import record
from reprisals.config import Settings
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity.models import Person


def choose_language(
    session: Session, settings: Settings, actor: Actor, person: Person, language: str
) -> None:
    """Show a person their pages in this language. Raises NotAllowed for another person's account, and RuleBroken."""
    require(actor, Permission.ACCOUNT)
    if person.id != actor.person_id:
        raise NotAllowed(Permission.ACCOUNT)
    if language not in settings.site.languages:
        raise RuleBroken(_("Choose a language."), field="language")
    if language != person.language:
        person.language = language
        record(session, actor, "person.language-chosen", person.id, language=language)
