"""The sandbox's own development key, and the keys of the clients that it knows."""

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from clea_portal.cluster_server.sandbox import options
from clea_portal.cluster_server.sandbox.models import Behaviour, Ledger
from clea_portal.protocol.keys import generate_private_key, parse_private_key, parse_public_key, private_key_hex


def prepare() -> None:
    """Fill an empty state file, and read every key once. Raises BadKey."""
    Ledger.objects.get_or_create(pk=1, defaults={"sk_sa": private_key_hex(generate_private_key())})
    Ledger.objects.filter(sk_portal="").update(sk_portal=private_key_hex(generate_private_key()))
    Behaviour.objects.get_or_create(pk=1)
    server_key()
    client_keys()
    portal_key()


def server_key() -> EllipticCurvePrivateKey:
    """SK_SA: the one given at the start, or else the state file's."""
    given = options.current().sk_sa
    return parse_private_key(given or Ledger.objects.get().sk_sa)


def client_keys() -> list[EllipticCurvePublicKey]:
    """The public keys whose tokens are accepted: those given at the start and those of the state file."""
    return [parse_public_key(text) for text in (*options.current().client_keys, *Ledger.objects.get().client_keys)]


def portal_key() -> EllipticCurvePrivateKey:
    """Signs for the contact messages: the one given at the start, or else the state file's."""
    return parse_private_key(options.current().portal_key or Ledger.objects.get().sk_portal)
