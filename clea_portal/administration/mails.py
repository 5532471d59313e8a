"""Mails to administrators about what takes two of them."""

from clea_portal.accounts.mails import address_of, send_to
from clea_portal.accounts.models import User
from clea_portal.administration.consenting import administrators_of
from clea_portal.administration.generations import grouped
from clea_portal.authorities.consents import ConsentAct, KeyConsent


def tell_of(consent: KeyConsent, what: str, *, by: User) -> None:
    """``what``: ``asked``, of which all other administrators of the country learn; ``approved``, ``refused``, ``done``: both."""
    country = consent.key.authority.country
    if what == "asked":
        people = [user for user in administrators_of(country) if user.pk != by.pk]
    else:
        people = list({user.pk: user for user in (consent.asked_by, consent.approved_by) if user is not None}.values())
    for user in people:
        send_to(
            user,
            "key_consent",
            what=what,
            by=by,
            country=country,
            destroys=consent.act == ConsentAct.DESTROY,
            fingerprint=grouped(consent.key.fingerprint[:16]),
            url=address_of("administration:tracing_consent", country.code, consent.uuid),
        )
