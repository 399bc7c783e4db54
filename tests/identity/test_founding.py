import pytest
from sqlalchemy import select

from reprisals.access import Role
from reprisals.audit.actions import attach, commit
from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import verify
from reprisals.identity.actions.acting import find_actor
from reprisals.identity.actions.founding import Founder, SiteSecrets, found_site
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.identity.models import Membership, Person, Team
from reprisals.sealing.bundle import open_bundle
from reprisals.sealing.holders import SiteSeal, TeamKey, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.shares import backup_box, join_shares, recovery_box
from reprisals.sealing.trust import Trust


@pytest.fixture
def found(empty_database, founded, derived, clock):
    """Found a site in an empty database. What was shown, and a session."""
    site = founded[1]

    def founding(**fields):
        with empty_database.writing() as session:
            attach(session, service_recorder(site.settings))
            keys = found_site(session, site.settings, Founder("A@site.example", "A", **fields), site.root)
            commit(session)
        return keys

    return founding


def test_a_new_site_has_one_person_who_leads_the_central_and_the_drafting_team(
    found, empty_database, founded
):
    keys, site = found(), founded[1]

    with empty_database.reading() as session:
        [person] = session.scalars(select(Person))
        secret = site.secrets.site_secret
        bundle = open_bundle(person.bundle, person.id, keys.passphrase, secret)
        actor = find_actor(session, Keyring(bundle))
        assert (person.email, person.is_automation, person.state) == ("a@site.example", False, "ADMITTED")
        assert actor.roles == {
            Role.PERSON, Role.CENTRAL_LEAD, Role.DRAFTING_LEAD, Role.ADMINISTRATOR, Role.CUSTODIAN
        }  # fmt: skip
        assert (bundle.root_public, bundle.root_seed) == (site.root.public, site.root.seed)
        assert Trust(session, site.root.public).signing_keys(person.id) == (Keyring(bundle).signing.public,)
        assert verify(session, site.root.public, site.secrets.service.public)[:2] == (None, 1)
        assert session.scalars(select(AuditEntry.action)).all() == ["site.founded"]


def test_the_alternate_team_is_reserved_and_waits_for_its_own_lead(found, empty_database):
    found()

    with empty_database.reading() as session:
        teams = {team.kind: team for team in session.scalars(select(Team))}
        assert set(teams) == {TeamKind.CENTRAL, TeamKind.DRAFTING, TeamKind.ALTERNATE}
        keyed = set(session.scalars(select(TeamKey.team_id)))
        assert keyed == {teams[TeamKind.CENTRAL].id, teams[TeamKind.DRAFTING].id}
        assert {place.team_id for place in session.scalars(select(Membership))} == keyed


def test_the_seed_of_the_root_opens_with_the_recovery_shares_alone(found, empty_database, founded):
    found()
    site = founded[1]
    seed = join_shares(list(site.secrets.shares())[:2])

    with empty_database.reading() as session:
        [seal] = session.scalars(select(SiteSeal))
        assert recovery_box(seed).open(seal.sealed, seal.context()) == site.root.seed


def test_a_chosen_passphrase_marks_the_account_as_automation(found, empty_database):
    keys = found(passphrase="a chosen one of twenty characters")

    assert keys.passphrase == "a chosen one of twenty characters"
    with empty_database.reading() as session:
        assert session.scalars(select(Person)).one().is_automation


def test_the_secrets_of_a_site_show_nothing_and_only_two_of_them_stay_on_the_server():
    drawn = SiteSecrets.draw()
    settings = drawn.settings()

    assert repr(drawn) == "SiteSecrets()"
    assert settings == {
        "site_secret": drawn.site_secret.hex(),
        "service_seed": drawn.service.seed.hex(),
        "root_public": drawn.root.public.hex(),
        "recovery_public": recovery_box(drawn.recovery_seed).public.raw.hex(),
        "backup_public": backup_box(drawn.backup_seed).public.raw.hex(),
    }
    for secret in (drawn.root.seed, drawn.recovery_seed, drawn.backup_seed):
        assert secret.hex() not in "".join(settings.values())
    assert SiteSecrets.draw().settings() != settings
    assert "passphrase" not in repr(Founder("a@b.c", "A", passphrase="secret"))
