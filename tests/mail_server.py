"""A mail server on the loopback: plain, STARTTLS or TLS, with a password or none; it can refuse."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "police", "un mot/de?passe#@:%"


@dataclass(frozen=True)
class Taken:
    to: list[str]
    content: str
    encrypted: bool
    user: str


class Mailbox:
    """Keeps what was taken; `refuse` maps an address to the server's answer, once RCPT is said."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.refuse: dict[str, str] = {}
        self.refuse_data = ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuse_data:
            return self.refuse_data
        encrypted = server.transport.get_extra_info("ssl_object") is not None
        sender = "" if session.auth_data is None else session.auth_data.login.decode()
        self.taken.append(Taken(envelope.rcpt_tos, envelope.content.decode(), encrypted, sender))
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    expected = (USER.encode(), PASSWORD.encode())
    return AuthResult(
        success=(data.login, data.password) == expected, handled=False, auth_data=data
    )


@contextmanager
def mail_server(mailbox: Mailbox, kind: str, cert: Path | None = None, auth: bool = False):
    """Its port. `kind` is plain, starttls or tls."""
    options: dict = {"auth_require_tls": False}
    if auth:
        options |= {"authenticator": authenticate, "auth_required": True}
    if cert is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert)
        if kind == "tls":
            options["ssl_context"] = context
        elif kind == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def certificate(folder: Path, name: str = "localhost") -> Path:
    """A certificate and its key in one file, trusted by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
