"""The verbs of accounts: sign up, in and out, passwords, addresses, tokens, sessions, leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camflix import __version__
from camflix.errors import NotSignedInError
from camflix.operations.account_inputs import (
    ChangeEmail,
    ChangePassword,
    CreateToken,
    ForgottenPassword,
    GiveCode,
    LogIn,
    ProvePassword,
    ResetPassword,
    SessionRef,
    SignIn,
    SignUp,
    TokenRef,
)
from camflix.operations.declare import Context, operation
from camflix.operations.inputs import Nothing
from camflix.results import (
    Accepted,
    Account,
    DeletedAccount,
    DeletionOffer,
    NewToken,
    Revoked,
    SessionList,
    TokenList,
)

if TYPE_CHECKING:
    from camflix.operations.declare import Preparing

_CAREFUL = "10 per minute"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven before the transaction: whose password was right, and the hash of a new one."""

    user_id: int = 0
    proven_hash: str = ""
    new_hash: str = ""


def _wrong() -> NotSignedInError:
    # The same words whether the name, the address or the password is wrong.
    return NotSignedInError("This name and this password do not belong together.")


def _sign_in_proof(camflix: Preparing, _user_id: int, body: SignIn) -> Proof:
    return _login_proof(camflix, body.login, body.password)


def _log_in_proof(camflix: Preparing, _user_id: int, body: LogIn) -> Proof:
    return _login_proof(camflix, body.login, body.password)


def _login_proof(camflix: Preparing, login: str, password: str) -> Proof:
    with camflix.transaction(writes=False) as services:
        stored = services.accounts.stored_password(login)
    right = camflix.passwords.verify(stored.password_hash if stored else None, password)
    if stored is None or not right:
        raise _wrong()
    return Proof(stored.user_id, stored.password_hash)


def _own_proof(camflix: Preparing, user_id: int, current_password: str) -> Proof:
    with camflix.transaction(writes=False) as services:
        stored = services.accounts.stored_password_of(user_id)
    right = camflix.passwords.verify(stored.password_hash if stored else None, current_password)
    if stored is None or not right:
        raise _wrong()
    return Proof(user_id, stored.password_hash)


def _prove(camflix: Preparing, user_id: int, body: ProvePassword) -> Proof:
    return _own_proof(camflix, user_id, body.current_password)


def _prove_for_email(camflix: Preparing, user_id: int, body: ChangeEmail) -> Proof:
    return _own_proof(camflix, user_id, body.current_password)


def _hash_first(camflix: Preparing, _user_id: int, body: SignUp) -> Proof:
    with camflix.transaction(writes=False) as services:
        services.accounts.check_sign_up(body.username, body.email, body.password)
    return Proof(new_hash=camflix.passwords.hash(body.password))


def _hash_for_code(camflix: Preparing, _user_id: int, body: ResetPassword) -> Proof:
    with camflix.transaction(writes=False) as services:
        services.accounts.check_reset(body.code, body.password)
    return Proof(new_hash=camflix.passwords.hash(body.password))


def _prove_and_hash(camflix: Preparing, user_id: int, body: ChangePassword) -> Proof:
    proof = _own_proof(camflix, user_id, body.current_password)
    with camflix.transaction(writes=False) as services:
        services.accounts.check_change(user_id, body.password)
    return Proof(user_id, proof.proven_hash, camflix.passwords.hash(body.password))


@operation("POST", "/api/account/", status=202, audience="anyone", scope="admin", limit=_CAREFUL, prepare=_hash_first)
def sign_up(context: Context, body: SignUp) -> Accepted:
    """Ask for an account; a mail to the address says how to go on. Errors: InvalidInputError, ConflictError."""
    context.services.accounts.sign_up(
        body.username, body.email, context.proof.new_hash, body.language, context.caller.base_url
    )
    return Accepted(accepted=True)


@operation("POST", "/api/account/confirm/", audience="anyone", scope="admin", limit=_CAREFUL)
def confirm_email(context: Context, body: GiveCode) -> Accepted:
    """Confirm an address with the code that was mailed there. Errors: NotFoundError, ConflictError."""
    context.services.accounts.confirm(body.code)
    return Accepted(accepted=True)


@operation(
    "POST", "/api/session/", status=201, audience="anyone", scope="admin", limit=_CAREFUL, prepare=_sign_in_proof
)
def sign_in(context: Context, body: SignIn) -> Account:
    """Sign a browser in: the answer sets a cookie. Errors: NotSignedInError, NotAllowedError."""
    del body
    services, proof = context.services, context.proof
    services.accounts.check_may_sign_in(proof.user_id, proof.proven_hash)
    context.caller.opened_session = services.sessions.open(
        proof.user_id, context.caller.user_agent, context.caller.address
    )
    return services.accounts.account(proof.user_id, "admin", __version__)


@operation("POST", "/api/login/", status=201, audience="anyone", scope="admin", limit=_CAREFUL, prepare=_log_in_proof)
def log_in(context: Context, body: LogIn) -> NewToken:
    """Get a token for a terminal or a program elsewhere; of fifty such the oldest ends.

    Errors: NotSignedInError, NotAllowedError.
    """
    proof = context.proof
    context.services.accounts.check_may_sign_in(proof.user_id, proof.proven_hash)
    return context.services.tokens.log_in(proof.user_id, body.name, body.scope, body.days)


@operation("DELETE", "/api/session/", scope="read")
def sign_out(context: Context, body: Nothing) -> Revoked:
    """End the session, or revoke the token, that this call came with."""
    del body
    caller, services = context.caller, context.services
    n_sessions = services.sessions.revoke_own(context.user_id, caller.session_id)
    return Revoked(n_sessions, services.tokens.revoke_own(context.user_id, caller.token_id))


@operation("GET", "/api/account/")
def whoami(context: Context, body: Nothing) -> Account:
    """See who one is here, and what the token or session at hand allows."""
    del body
    return context.services.accounts.account(context.user_id, context.caller.scope, __version__)


@operation("POST", "/api/account/password/forgotten/", status=202, audience="anyone", scope="admin", limit=_CAREFUL)
def forgotten_password(context: Context, body: ForgottenPassword) -> Accepted:
    """Have a code for a new password mailed, if there is such an account. Errors: NotAllowedError."""
    context.services.accounts.forgotten(body.email, context.caller.base_url)
    return Accepted(accepted=True)


@operation(
    "POST", "/api/account/password/reset/", audience="anyone", scope="admin", limit=_CAREFUL, prepare=_hash_for_code
)
def reset_password(context: Context, body: ResetPassword) -> Revoked:
    """Choose a new password with a mailed code; every session and token ends. Errors: NotFoundError."""
    user_id = context.services.accounts.reset_password(body.code, context.proof.new_hash)
    services = context.services
    return Revoked(services.sessions.revoke_all(user_id), services.tokens.revoke_all(user_id))


@operation("POST", "/api/account/password/", scope="admin", limit=_CAREFUL, prepare=_prove_and_hash)
def change_password(context: Context, body: ChangePassword) -> Revoked:
    """Change the password; every other session and token ends. Errors: NotSignedInError, InvalidInputError."""
    del body
    services, user_id, caller = context.services, context.user_id, context.caller
    services.accounts.change_password(user_id, context.proof.proven_hash, context.proof.new_hash)
    n_sessions = services.sessions.revoke_all(user_id, but=caller.session_id)
    return Revoked(n_sessions, services.tokens.revoke_all(user_id, but=caller.token_id))


@operation("POST", "/api/account/email/", status=202, scope="admin", limit=_CAREFUL, prepare=_prove_for_email)
def change_email(context: Context, body: ChangeEmail) -> Accepted:
    """Have a code mailed to a new address, which takes the old one's place when confirmed. Errors: NotSignedInError."""
    services = context.services
    services.accounts.change_email(context.user_id, context.proof.proven_hash, body.email, context.caller.base_url)
    return Accepted(accepted=True)


@operation("POST", "/api/account/deletion/", status=201, scope="admin", limit=_CAREFUL, prepare=_prove)
def offer_deletion(context: Context, body: ProvePassword) -> DeletionOffer:
    """Get all one's data, and the code that deletes the account. Errors: NotSignedInError."""
    del body
    services, user_id = context.services, context.user_id
    code, expires_at = services.accounts.offer_deletion(user_id, context.proof.proven_hash)
    return DeletionOffer(code, expires_at, services.export.document(user_id, "json"))


@operation("POST", "/api/account/delete/", scope="admin", limit=_CAREFUL)
def delete_account(context: Context, body: GiveCode) -> DeletedAccount:
    """Delete one's account and all its rows, with the code of the offer. Errors: NotFoundError."""
    deleted = context.services.accounts.delete(context.user_id, body.code)
    context.services.epochs.advance()
    context.services.import_jobs.forget(context.user_id)
    return deleted


@operation("POST", "/api/tokens/", status=201, scope="admin")
def create_token(context: Context, body: CreateToken) -> NewToken:
    """Make a token; its secret is shown this once. Errors: ConflictError."""
    return context.services.tokens.create(context.user_id, body.name, body.scope, body.days)


@operation("GET", "/api/tokens/", scope="admin")
def list_tokens(context: Context, body: Nothing) -> TokenList:
    """See one's tokens, never their secrets."""
    del body
    return context.services.tokens.all(context.user_id, context.caller.token_id)


@operation("DELETE", "/api/tokens/{token_id}/", scope="admin")
def revoke_token(context: Context, body: TokenRef) -> Revoked:
    """Revoke a token. Errors: NotFoundError."""
    return Revoked(0, context.services.tokens.revoke(context.user_id, body.token_id))


@operation("GET", "/api/sessions/", scope="admin")
def list_sessions(context: Context, body: Nothing) -> SessionList:
    """See where one is signed in."""
    del body
    return context.services.sessions.all(context.user_id, context.caller.session_id)


@operation("DELETE", "/api/sessions/{session_id}/", scope="admin")
def revoke_session(context: Context, body: SessionRef) -> Revoked:
    """End one session. Errors: NotFoundError."""
    return Revoked(context.services.sessions.revoke(context.user_id, body.session_id), 0)


@operation("DELETE", "/api/sessions/", scope="admin")
def revoke_sessions(context: Context, body: Nothing) -> Revoked:
    """End every session, this one too."""
    del body
    return Revoked(context.services.sessions.revoke_all(context.user_id), 0)
