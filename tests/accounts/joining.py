"""Steps by which people come in, each through the pages as they stand."""

import re

from sqlalchemy import select

from reprisals import clock
from reprisals.identity.models import Membership, Person, SiteRole, Team
from reprisals.sealing.keys import make_fingerprint
from tests.client import Client


def invite(administrator, email, name, place, role="MEMBER"):
    """Invite somebody by the administrator's page. The path of the link that is shown."""
    page = administrator.get("/people/invite")
    done = administrator.submit(
        page, {"email": email, "name": name, "place": place, "team_role": role}, status=200
    )
    return str(re.findall(r"http://127\.0\.0\.1:8000(/invitation\?code=\S+)", done.words)[0])


def accept(app, link):
    """Accept an invitation. The passphrase and the fingerprint that are shown."""
    visitor = Client(app)
    page = visitor.submit(visitor.get(link), action="/invitation", status=200)
    words = [item.text for item in page.tree.find(".//ol[@class='words']").iter("li")]
    digits = "".join(page.tree.find(".//p[@class='digits']").itertext()).strip()
    return " ".join(words), digits


def waiting(make, name, email, **place):
    """Somebody who has made keys and waits for this place, without deriving anything from a passphrase; and their digits."""
    who = make.person(name, email)
    who.person.bundle = b"sealed"
    kind = SiteRole if "team_id" not in place else Membership
    make.session.add(kind(person_id=who.person.id, asked_at=clock.now(), **place))
    keys = who.keyring
    digits = make_fingerprint(keys.person, keys.signing.public, keys.box.public.raw)
    return who, " ".join(digits[start : start + 4] for start in range(0, 20, 4))


def sign_in(app, email, passphrase):
    """The browser of somebody who signed in with their passphrase."""
    client = Client(app)
    client.submit(client.get("/sign-in"), {"email": email, "passphrase": passphrase}, status=303)
    return client


def admit(client, page, name, digits, status=303):
    """Follow the link "Admit" beside a name, and type the digits."""
    link = next(a for a in page.tree.iter("a") if "".join(a.itertext()).strip() == f"Admit {name}")
    return client.submit(client.get(link.get("href")), {"fingerprint": digits}, status=status)


def person_id(database, email):
    with database.reading() as session:
        return session.scalars(select(Person.id).where(Person.email == email)).one()


def team_id(database, name):
    with database.reading() as session:
        return session.scalars(select(Team.id).where(Team.name == name)).one()
