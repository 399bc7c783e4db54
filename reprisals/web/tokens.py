"""Form tokens: proof that a form came from a page of ours, in this session or visit.

`nonce (16) | HMAC-SHA256(form key, label | nonce)`, base64. Another one each time, so that a compressed page gives nothing
to guess.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from reprisals.sealing.bundle import SessionToken

FIELD = "form_token"
NONCE_BYTES = 16
_LABEL = b"reprisals/v1|form|"


def make_form_token(token: SessionToken) -> str:
    """A new form token of this session or visit."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return urlsafe_b64encode(nonce + _mac(token, nonce)).decode()


def is_form_token(token: SessionToken, text: str) -> bool:
    """Whether a posted form token belongs to this session or visit."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except (ValueError, UnicodeEncodeError):
        return False
    nonce, mac = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
    return hmac.compare_digest(mac, _mac(token, nonce))


def _mac(token: SessionToken, nonce: bytes) -> bytes:
    return hmac.digest(token.form_key, _LABEL + nonce, "sha256")
