"""What the portal presents with a call: a header, a client certificate, or nothing."""

import base64
import os
import ssl
from dataclasses import dataclass, field

PASSPHRASE_FREE = b""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """``authorization``: the header's value. ``certificate`` and ``key``: PEM, the certificate with its chain, or both empty."""

    authorization: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": self.authorization} if self.authorization else {}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not come back in a server's words."""
        return (self.authorization, self.authorization.rpartition(" ")[2]) if self.authorization else ()

    def present(self, context: ssl.SSLContext) -> None:
        """Have a context present the certificate. Raises ssl.SSLError for one that does not go with its key."""
        if not self.certificate:
            return
        # OpenSSL reads files only; this one is in memory, and gone when it is closed.
        descriptor = os.memfd_create("client-certificate", os.MFD_CLOEXEC)
        try:
            with os.fdopen(os.dup(descriptor), "wb") as file:
                file.write(f"{self.key.strip()}\n{self.certificate.strip()}\n".encode())
            context.load_cert_chain(f"/proc/self/fd/{descriptor}", password=PASSPHRASE_FREE)
        finally:
            os.close(descriptor)


NOTHING = Credentials()


def bearer(token: str) -> Credentials:
    return Credentials(authorization=f"Bearer {token}")


def basic(user_name: str, password: str) -> Credentials:
    return Credentials(authorization=f"Basic {base64.b64encode(f'{user_name}:{password}'.encode()).decode()}")
