"""With which settings does a client of Kafka reach its broker, and what does it mean where it is not let in?"""

import ssl
from typing import Any, Final

from yisong.bootstrap import Bootstrap, SecuredBroker
from yisong.errors import WiringFault

MECHANISM: Final = "SCRAM-SHA-512"
"""How a client shows that it knows its password, without sending it (RFC 5802)."""


def reaching(bootstrap: Bootstrap) -> dict[str, Any]:
    """Return the settings of kafka-python by which a client reaches *bootstrap*; every client is made with them."""
    match bootstrap:
        case str():
            return {"bootstrap_servers": bootstrap}
        case SecuredBroker():
            return {
                "bootstrap_servers": bootstrap.address,
                "security_protocol": "SASL_SSL",
                "ssl_context": tls_context(bootstrap),
                "sasl_mechanism": MECHANISM,
                "sasl_plain_username": bootstrap.user,
                "sasl_plain_password": bootstrap.password,
            }


def tls_context(broker: SecuredBroker) -> ssl.SSLContext:
    """
    Return how TLS is spoken with *broker*: 1.3, its certificate from the bus's CA and no other, its name as asked for.

    Raises WiringFault where the file of the CA cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=str(broker.ca))
    except (OSError, ssl.SSLError) as fault:
        raise WiringFault(
            f"The certificate of the bus's CA cannot be read from {broker.ca} ({type(fault).__name__}), so no broker "
            "can be told from a false one. Nothing was started. Restore the file from another node: it is no secret."
        ) from fault
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
