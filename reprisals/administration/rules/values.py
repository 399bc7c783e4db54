"""What stands in the details of an entry, in words: parts and purposes, reasons, permissions, failures."""

from reprisals.i18n.marking import Marked, _

PARTS: dict[str, Marked] = {
    "account": _("What happened"),
    "act": _("Details of an act"),
    "check": _("Check and submit"),
    "consent": _("Consent"),
    "cooperation": _("Link to the United Nations"),
    "danger": _("Danger now"),
    "exclusion": _("Who is kept out of the case"),
    "link": _("Link to the United Nations"),
    "person": _("A person concerned"),
    "reach": _("A safe way to reach back"),
    "states": _("States concerned"),
    "title": _("Title of the case"),
    "what": _("What happened"),
    "who": _("Who is concerned"),
    "wish": _("What the person wants"),
}

PURPOSES: dict[str, Marked] = {
    "alternate": _("To ask before it is sent to the alternate team"),
    "change": _("To change it"),
    "check": _("To check it before it is sent"),
    "clash": _("To show two texts side by side"),
    "discard": _("To ask before a draft is discarded"),
    "drop": _("To ask before an unfinished page is dropped"),
    "history": _("To show its history"),
    "list": _("To show its title in a list"),
    "page": _("To show the page of the case"),
    "remove": _("To ask before a part is removed"),
}

REASONS: dict[str, Marked] = {
    "ended-elsewhere": _("Ended from another session"),
    "keys-replaced": _("New keys were made"),
    "expired": _("It had run out"),
    "left": _("Left at once"),
    "signed-out": _("Signed out"),
    "suspended": _("The account was suspended"),
}

FORMS: dict[str, Marked] = {
    "csv": _("Table (CSV)"),
    "jsonl": _("Lines of JSON, with hashes and signatures"),
}

FAILURES: dict[str, Marked] = {
    "CannotOpen": _("It does not open"),
    "Excluded": _("Whoever asked is kept out of the case"),
    "NotTrusted": _("It does not lead back to the root of the site"),
    "Tampered": _("It is not as it was written"),
}

ROWS: dict[str, Marked] = {
    "membership": _("A place in a team"),
    "person_key": _("The keys of a person"),
    "site_role": _("A role for the whole site"),
}

DISBELIEFS: dict[str, Marked] = {
    "central-too": _("Nobody sits in both the reprisals and the alternate team"),
    "certificate": _("No certificate backs it"),
    "replaced": _("Other keys have been made since"),
    "team": _("The team is not the one that its key is signed for"),
}

PERMISSIONS: dict[str, Marked] = {
    "account": _("Having an account"),
    "audit.read": _("Reading the log"),
    "case.edit": _("Changing cases"),
    "case.log": _("Logging cases"),
    "case.read": _("Reading cases"),
    "case.submit": _("Submitting cases"),
    "certify": _("Confirming leads and roles"),
    "consent.keep": _("Keeping the consent ledger"),
    "person.invite": _("Inviting people"),
    "person.suspend": _("Suspending people"),
    "team.admit": _("Admitting people to a team"),
    "team.create": _("Making teams"),
    "team.make-keys": _("Making the keys of a team"),
    "team.see": _("Seeing teams"),
}
