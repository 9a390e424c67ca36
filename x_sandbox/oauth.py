"""Verification of OAuth 1.0a user-context signatures, as X does it."""

import time
from collections import deque
from collections.abc import Mapping

from oauthlib.common import Request
from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint

from x_sandbox.world import Account


class _Validator(RequestValidator):  # type: ignore[misc, unused-ignore]
    """What oauthlib asks about consumers, tokens and nonces."""

    enforce_ssl = False
    allowed_signature_methods = ("HMAC-SHA1",)
    dummy_client = "nobody"
    timestamp_lifetime = 300

    def __init__(self, key: str, secret: str, accounts: list[Account]) -> None:
        super().__init__()
        self.key, self.secret = key, secret
        self.token_secrets = {account.token: account.token_secret for account in accounts}
        self.seen: set[tuple[str, str, str]] = set()
        self.order: deque[tuple[float, tuple[str, str, str]]] = deque()

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Request,
        *args: object,
        **kwargs: object,
    ) -> bool:
        now = time.monotonic()
        while self.order and self.order[0][0] < now - 2 * self.timestamp_lifetime:
            self.seen.discard(self.order.popleft()[1])
        return (str(request.resource_owner_key), timestamp, nonce) not in self.seen

    def remember(self, request: Request) -> None:
        """Only a request whose signature was good uses up its nonce."""
        used = (str(request.resource_owner_key), str(request.timestamp), str(request.nonce))
        self.seen.add(used)
        self.order.append((time.monotonic(), used))

    def check_client_key(self, client_key: str) -> bool:
        return bool(client_key)

    def check_nonce(self, nonce: str) -> bool:
        return bool(nonce)

    def validate_client_key(self, client_key: str, request: Request) -> bool:
        return client_key == self.key

    def get_client_secret(self, client_key: str, request: Request) -> str:
        return self.secret if client_key == self.key else "no such consumer"

    def get_access_token_secret(self, client_key: str, token: str, request: Request) -> str:
        return self.token_secrets.get(token, "no such token")


class Verifier:
    """Says whose request this is, or nobody's."""

    def __init__(self, consumer: Mapping[str, str], accounts: list[Account]) -> None:
        self._validator = _Validator(consumer["key"], consumer["secret"], accounts)
        self._endpoint = SignatureOnlyEndpoint(self._validator)
        self._accounts = {account.token: account for account in accounts}

    def account_of(self, url: str, method: str, headers: Mapping[str, str]) -> Account | None:
        # JSON and multipart bodies are no part of an OAuth 1.0a signature.
        given = {"Authorization": headers.get("Authorization", "")}
        try:
            valid, request = self._endpoint.validate_request(url, method, None, given)
        except ValueError:  # an Authorization header that oauthlib cannot even take apart
            return None
        if not valid or request is None or request.resource_owner_key not in self._accounts:
            return None
        self._validator.remember(request)
        return self._accounts[request.resource_owner_key]
