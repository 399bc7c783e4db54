"""Open a stored case with none of this project's code: rows of the database, the site secret, a passphrase."""

import json

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def label(*parts):
    return "|".join(["reprisals/v1", *map(str, parts)]).encode()


def unwrap(key, sealed, context):
    return AESGCM(key).decrypt(sealed[1:13], sealed[13:], context)


def unseal(key, sealed, context):
    return json.loads(unwrap(key, sealed, context).rstrip(b"\0")[:-1])


def unbox(seeds, sealed, context):
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    halves = mlkem.MLKEM768PrivateKey.from_seed_bytes, x25519.X25519PrivateKey.from_private_bytes
    key = hpke.MLKEM768X25519PrivateKey(halves[0](seeds[:64]), halves[1](seeds[64:]))
    return suite.decrypt(sealed[1:], key, info=context)


def read_case(rows, table, case, email, passphrase, site_secret):
    person = next(row for row in rows("person") if row["email"] == email)
    head, sealed, own = person["bundle"][:23], person["bundle"][23:], label("bundle", person["id"])
    cost = {"memory_cost": int.from_bytes(head[1:5]), "iterations": head[5], "lanes": head[6]}
    stretched = Argon2id(salt=head[7:], length=32, **cost).derive(passphrase.encode())
    key = HKDF(hashes.SHA256(), 32, site_secret, own).derive(stretched)
    seeds = bytes.fromhex(unseal(key, sealed, own + b"|" + head)["box_seeds"])
    for grant in rows("case_grant"):
        for member in (m for m in rows("member_key") if m["person_id"] == person["id"]):
            team = member["team_id"], member["generation"]
            if (grant["case_id"], grant["holder_id"], grant["holder_generation"]) == (case, *team):
                how = (unwrap, "wrap") if grant["wrapped"] else (unbox, "hpke")
                parts = grant["id"], case, grant["generation"], grant["holder_kind"], *team, how[1]
                secret = unbox(seeds, member["sealed_secret"], label("member", *team, person["id"]))
                wrap_key = HKDF(hashes.SHA256(), 32, None, label("team-wrap", *team)).derive(secret)
                used = wrap_key if grant["wrapped"] else secret
                key = how[0](used, grant["sealed_key"], label("grant", *parts))
    for row in (row for row in rows(table) if row["case_id"] == case):
        cell = label("cell", table, row["id"], "content", case, row["generation"], row["revision"])
        yield unseal(key, row["content"], cell)
