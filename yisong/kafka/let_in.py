"""
Would a secured broker let us in, and if not, why? Asked once at the start, because a client only says that it waits.

Kafka's clients take a wrong password and a false certificate for a broker that is away, and try again for ever. So one
connection is made by hand: TLS, then SaslHandshake and SaslAuthenticate. Source: the Kafka protocol guide; RFC 5802.
"""

import socket
import ssl
import struct
from contextlib import closing
from typing import Final

from kafka.net.sasl.scram import ScramClient

from yisong.bootstrap import Bootstrap, SecuredBroker
from yisong.errors import WiringFault
from yisong.kafka.client import MECHANISM, tls_context

_HANDSHAKE: Final = (17, 1)
_AUTHENTICATE: Final = (36, 0)
_WRONG_PASSWORD: Final = 58
_SECONDS: Final = 10.0
_HEAD_BYTES, _MOST_BYTES = 4, 1 << 20


def check_let_in(bootstrap: Bootstrap) -> None:
    """
    Raise WiringFault where the broker at *bootstrap* is not the bus's own, or does not know our user or password.

    A broker that is away says nothing about that, and raises nothing: whoever needs it will find out, and wait.
    """
    if isinstance(bootstrap, str):
        return
    context = tls_context(bootstrap)
    host, _, port = bootstrap.address.rpartition(":")
    try:
        with closing(socket.create_connection((host, int(port)), timeout=_SECONDS)) as plain:
            tls = _encrypted(bootstrap, context, plain, host)
            if tls is not None:
                with closing(tls):
                    _log_in(bootstrap, tls)
    except OSError:
        return


def _encrypted(broker: SecuredBroker, context: ssl.SSLContext, plain: socket.socket, host: str) -> ssl.SSLSocket | None:
    """Return the connection over TLS; None where it broke off, as it does while a broker starts or stops."""
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as fault:
        raise WiringFault(
            f"What answers at {broker.address} cannot show that it is a broker of this bus ({fault.verify_message}), "
            f"so nothing was sent to it. Either {broker.ca} is the certificate of another bus, or the broker's own has "
            "run out (see its dates: openssl s_client -connect), or somebody else answers there."
        ) from fault
    except ssl.SSLError as fault:
        if fault.reason == "WRONG_VERSION_NUMBER":
            raise WiringFault(
                f"What answers at {broker.address} does not speak TLS, and this home is that of a secured bus: nothing "
                "was sent to it. See that the address is right, and who listens there."
            ) from fault
        return None


def _log_in(broker: SecuredBroker, tls: ssl.SSLSocket) -> None:
    """Show that we know the password, and check that the broker does. Raises OSError where the line breaks."""
    error = struct.unpack(">h", _ask(tls, _HANDSHAKE, _text(MECHANISM))[:2])[0]
    if error:
        raise WiringFault(
            f"The broker at {broker.address} does not let anybody in by {MECHANISM} (error {error}). Set "
            "sasl.enabled.mechanisms of its listener; nothing was sent."
        )
    scram = ScramClient(broker.user, broker.password, MECHANISM)
    scram.process_server_first_message(_said(broker, tls, scram.first_message()))
    _said(broker, tls, scram.final_message())


def _said(broker: SecuredBroker, tls: ssl.SSLSocket, message: bytes) -> bytes:
    """Return the answer to one message of SCRAM. Raises WiringFault where the broker refuses it."""
    answer = _ask(tls, _AUTHENTICATE, struct.pack(">i", len(message)) + message)
    error, has_words = struct.unpack_from(">hh", answer)
    if error == _WRONG_PASSWORD:
        raise WiringFault(
            f"The broker at {broker.address} does not know {broker.user} by the password in this home, so nothing was "
            "started. Either the user was never made (`yisong up` makes those of its own bus), or the password was "
            f"changed: copy the new one to users/{broker.user}.password."
        )
    start = 4 + max(0, has_words) + 4
    return answer[start:]


def _ask(tls: ssl.SSLSocket, request: tuple[int, int], body: bytes) -> bytes:
    """Send one request (its key and version) and return the answer's body. Raises OSError where the line breaks."""
    key, version = request
    frame = struct.pack(">hhi", key, version, 0) + _text("yisong") + body
    tls.sendall(struct.pack(">i", len(frame)) + frame)
    size = struct.unpack(">i", _exactly(tls, _HEAD_BYTES))[0]
    if not _HEAD_BYTES <= size <= _MOST_BYTES:
        raise ConnectionError("no answer of a broker")
    return _exactly(tls, size)[_HEAD_BYTES:]


def _exactly(tls: ssl.SSLSocket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = tls.recv(size - len(found))
        if not more:
            raise ConnectionError("the broker hung up")
        found += more
    return found


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()
