"""Opening a case file. Only `audit.opening` imports this module, so that nothing is opened unrecorded."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.sealing.boxes import (
    CaseCode,
    CaseFile,
    Codes,
    Manifest,
    Revision,
    SealedRow,
    Tampered,
    Written,
    chain,
)
from reprisals.sealing.column import Sealed
from reprisals.sealing.documents import from_bytes, to_bytes
from reprisals.sealing.envelope import CannotOpen, Cell, naming, seal, unseal
from reprisals.sealing.exclusions import Excluded, check_names, names_of_team
from reprisals.sealing.grants import Grant, GrantedTo, commit_to, rewrap
from reprisals.sealing.history import delete_revisions, list_revisions, make_revision
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.teams import TeamIdentity, trusted_key
from reprisals.sealing.trust import NotTrusted

Row = TypeVar("Row", bound=SealedRow)


class OpenCase:
    """An opened case file, for one request. Rows are checked against the manifest as they are loaded.

    Content is read by `read`, and written by `add`, `change` and `remove`; `close` seals the manifest when something changed.
    """

    def __init__(self, session: Session, keyring: Keyring, file: CaseFile, key: bytes) -> None:
        self.session, self.keyring, self.file = session, keyring, file
        self.now = clock.now()
        self._key = key
        self.manifest = self._open_manifest()
        self.dirty = False
        self.ended = False
        self._loaded_codes: dict[UUID, dict[str, frozenset[str]]] | None = None
        self._facets: dict[UUID, Written] = {}
        self._rows: dict[type[SealedRow], list[Any]] = {}
        self._written: dict[str, object] = {}
        self._documents: dict[tuple[Cell, Sealed], Any] = {}

    def __repr__(self) -> str:
        return f"OpenCase({self.id})"

    @classmethod
    def create(cls, session: Session, keyring: Keyring, file: CaseFile, key: bytes) -> "OpenCase":
        """A new case file under a new key, with an empty manifest."""
        first = Manifest(number=0, generation=file.generation)
        file.manifest = Sealed(seal(key, to_bytes(first), file.manifest_context()))
        session.add(file)
        return cls(session, keyring, file, key)

    @property
    def id(self) -> UUID:
        """The case's identifier."""
        return self.file.id

    def manifest_hash(self) -> bytes:
        """SHA-256 of the sealed manifest, as it stands in the audit entry of the change that wrote it."""
        return self.file.manifest_hash()

    def commitment(self) -> str:
        """What the entry that began the case says of its key. Only this key has it."""
        return commit_to(self._key, self.id, self.file.generation)

    def load(self, kind: type[Row]) -> list[Row]:
        """All rows of a kind, in the order in which they were first written. Raises Tampered.

        They are fetched and checked once, and once more after each write to one of them.
        """
        if kind not in self._rows:
            wanted = select(kind).where(kind.case_id == self.id).execution_options(populate_existing=True)
            rows = list(self.session.scalars(wanted))
            self.check(kind, rows)
            found = {row.id.hex: row for row in rows}
            named = self.manifest.rows.get(kind.__tablename__, {})  # type: ignore[attr-defined]
            self._rows[kind] = [found[row] for row in named]
        return list(self._rows[kind])

    def written(self, kind: type[SealedRow]) -> object:
        """What stands for the rows of a kind as they are: another object after each write to one of them."""
        table = kind.__tablename__  # type: ignore[attr-defined]
        return self._written.get(table) or self.manifest.rows.get(table)

    def check(self, kind: type[Row], rows: Sequence[Row]) -> None:
        """Raise Tampered unless exactly these rows, as they are, stand in the manifest."""
        named = self.manifest.rows.get(kind.__tablename__, {})  # type: ignore[attr-defined]
        for missing in named.keys() - {row.id.hex for row in rows}:
            raise Tampered(f"{kind.__tablename__} {UUID(missing)} is missing", self.id)  # type: ignore[attr-defined]
        for row in rows:
            codes = self.codes(row)
            if named.get(row.id.hex) != (row.revision, row.digest(codes)):
                raise Tampered(f"{row.table} {row.id} is not as it was written", self.id)
            self._facets[row.id] = Written(row.facets(codes), row.changed_at, row.changed_by)

    def codes(self, row: SealedRow) -> Codes:
        """The row's facets with several values."""
        return self._all_codes.get(row.id, {})

    @property
    def _all_codes(self) -> dict[UUID, dict[str, frozenset[str]]]:
        if self._loaded_codes is None:
            return self.give_codes(self._own_codes())
        return self._loaded_codes

    def _own_codes(self) -> list[CaseCode]:
        rows = {UUID(row) for rows in self.manifest.rows.values() for row in rows}
        codes = list(self.session.scalars(select(CaseCode).where(CaseCode.case_id == self.id)))
        for code in codes:
            if code.row_id not in rows:
                raise Tampered(f"case_code {code.row_id} belongs to no row of {self.id}", self.id)
        return codes

    def give_codes(self, codes: Iterable[CaseCode]) -> dict[UUID, dict[str, frozenset[str]]]:
        """Take codes that were already loaded, for many cases at once."""
        held: dict[UUID, dict[str, set[str]]] = {}
        for code in codes:
            held.setdefault(code.row_id, {}).setdefault(code.list_name, set()).add(code.code)
        self._loaded_codes = {
            row: {name: frozenset(c) for name, c in lists.items()} for row, lists in held.items()
        }
        return self._loaded_codes

    def read(self, row: SealedRow) -> Any:
        """The document of a row that was loaded. Raises CannotOpen, Tampered."""
        if row.id not in self._facets:
            raise Tampered(f"{row.table} {row.id} was not checked", self.id)
        if row.content is None:
            return row.DOCUMENT()
        place = row.cell(), row.content
        if place not in self._documents:
            with naming(self.id, f"{row.table} {row.id}"):
                opened = unseal(self._key, row.content.raw, place[0].label())
            self._documents[place] = from_bytes(row.DOCUMENT, opened)
        return self._documents[place]

    def read_revision(self, kind: type[SealedRow], revision: Revision) -> Any:
        """The document of an earlier revision. Raises CannotOpen."""
        if revision.content is None:
            return kind.DOCUMENT()
        with naming(self.id, f"revision {revision.number} of {revision.table} {revision.row_id}"):
            opened = unseal(self._key, revision.content.raw, revision.cell().label())
        return from_bytes(kind.DOCUMENT, opened)

    def revisions(self) -> list[Revision]:
        """Everything that was changed, oldest first. Raises Tampered where something was altered or left out."""
        return list_revisions(self.session, self.id, self.manifest)

    def forget_revisions(self) -> int:
        """Delete all that the rows were before, and let the history begin anew. Says how many they were. Raises Tampered."""
        self.session.flush()
        forgotten = len(self.revisions())
        delete_revisions(self.session, self.id)
        self._update(kept=0, history="")
        return forgotten

    def add(self, row: SealedRow, document: object, codes: Codes | None = None) -> None:
        """Seal a new row."""
        row.case_id = self.id
        self._write(row, document, codes or {})
        self.session.add(row)

    def change(self, row: SealedRow, document: object, codes: Codes | None = None) -> None:
        """Seal a row anew. What it was is kept as a revision. `codes` of None leaves them as they are."""
        kept = self.codes(row)
        self._keep(row)
        row.revision += 1
        self._write(row, document, kept if codes is None else codes)

    def remove(self, row: SealedRow) -> None:
        """Take a row out of the case. What it was is kept as a revision."""
        self._keep(row)
        self._replace_codes(row, {})
        self._put(row, None)
        self.session.delete(row)

    def exclude(self, names: Iterable[str]) -> None:
        """Name who may never be granted or open this case: `team:...`, `person:...`, `entity:...`. Raises ValueError."""
        self._update(exclusions=self.manifest.exclusions | check_names(names))

    def include(self, names: Iterable[str]) -> None:
        """Take back exclusions of a case that nobody else has seen yet."""
        self._update(exclusions=self.manifest.exclusions - frozenset(names))

    def refuse(self, names: frozenset[str]) -> None:
        """Raise Excluded where the case keeps out whoever has one of these names, whatever grant they came by."""
        for name in sorted(self.manifest.exclusions & names):
            raise Excluded(f"exclusion {name} of {self.id}", self.id)

    def grant(self, team: TeamIdentity, *, own: bool = False) -> Grant:
        """Seal the case key to a team: a wrap for one's own, else a signed grant. Raises Excluded, NotTrusted, CannotOpen.

        Kind and entity are those that a lead signed, so that an exclusion cannot be had round by renaming the team's entity.
        """
        with naming(self.id):
            key = trusted_key(self.session, self.keyring, team.id)
            if (key.team_kind, key.entity) != (team.kind, team.entity):
                raise NotTrusted(f"team {team.id} is not of the kind and entity of its key")
            self.refuse(names_of_team(team.id, key.entity))
            making = GrantedTo(self.id, self.file.generation, self._key, self.now)
            make = making.own_team if own else making.team
            grant = make(self.session, self.keyring, team.id)
        self._update(holders=self.manifest.holders | {grant.holder})
        return grant

    def rewrap(self, grant: Grant) -> None:
        """Let one's own team open the case faster from now on."""
        rewrap(self.session, self.keyring, grant, self._key)

    def close(self) -> tuple[int, bytes] | None:
        """Seal the manifest if something changed: its number and hash, for the audit entry. None if nothing did."""
        if not self.dirty:
            return None
        self.file.manifest_number += 1
        self.file.touched_at = self.now
        self.manifest = replace(
            self.manifest, number=self.file.manifest_number, generation=self.file.generation
        )
        self.file.manifest = Sealed(seal(self._key, to_bytes(self.manifest), self.file.manifest_context()))
        self.dirty = False
        return self.file.manifest_number, self.manifest_hash()

    def end(self) -> None:
        """After the commit its lock is gone: it can be read still, and is opened again to be changed."""
        self.ended = True

    def _write(self, row: SealedRow, document: object, codes: Codes) -> None:
        if not isinstance(document, row.DOCUMENT):
            raise TypeError(f"{row.table} holds {row.DOCUMENT.__name__}")
        row.generation = self.file.generation
        row.changed_at, row.changed_by = self.now, self.keyring.person
        row.content = Sealed(seal(self._key, to_bytes(document), row.cell().label()))
        self._replace_codes(row, codes)
        self._facets[row.id] = Written(row.facets(codes), row.changed_at, row.changed_by)
        self._put(row, (row.revision, row.digest(codes)))

    def _replace_codes(self, row: SealedRow, codes: Codes) -> None:
        held = self.codes(row)
        if held == codes:
            return
        mine = (CaseCode.case_id == self.id) & (CaseCode.row_id == row.id)
        self.session.execute(delete(CaseCode).where(mine))
        for name, values in codes.items():
            for value in sorted(values):
                self.session.add(CaseCode(case_id=self.id, row_id=row.id, list_name=name, code=value))
        self._all_codes[row.id] = dict(codes)

    def _keep(self, row: SealedRow) -> None:
        written = self._facets.get(row.id)
        if written is None:
            raise Tampered(f"{row.table} {row.id} was not checked", self.id)
        if not row.KEEPS_HISTORY:
            return
        number = self.manifest.kept + 1
        revision = make_revision(row, written, number, self.now, self.keyring.person)
        self.session.add(revision)
        self._update(kept=revision.number, history=chain(self.manifest.history, revision))

    def _put(self, row: SealedRow, entry: tuple[int, str] | None) -> None:
        """Name a row in the manifest, or take it out. The map of a table is copied once, however many rows are written."""
        self._rows.pop(type(row), None)
        if row.table in self._written:
            self._update()
        else:
            self._update(rows=self.manifest.rows | {row.table: dict(self.manifest.rows.get(row.table, {}))})
        self._written[row.table] = object()
        rows = self.manifest.rows[row.table]
        if entry is None:
            rows.pop(row.id.hex, None)
        else:
            rows[row.id.hex] = entry

    def _update(self, **fields: Any) -> None:
        if self.ended:
            raise RuntimeError("a case is opened again after a commit before it is changed")
        self.manifest = replace(self.manifest, **fields)
        self.dirty = True

    def _open_manifest(self) -> Manifest:
        if self.file.manifest is None:
            raise Tampered(f"manifest of {self.id} is missing", self.id)
        try:
            opened = unseal(self._key, self.file.manifest.raw, self.file.manifest_context())
        except CannotOpen:
            raise Tampered(f"manifest of {self.id} is not as it was written", self.id) from None
        return from_bytes(Manifest, opened)
