"""How much of the time of a link with a contact message is not the curve's arithmetic. Run: ``python -m tests.benchmarks.links``.

A link needs two ephemeral keys and two Diffie-Hellman exchanges, by the same library; that is the bound, measured in the same
run. Both alternate in short rounds and only the processor time of this process counts, so that a busy machine disturbs little.
"""

import statistics
import sys
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec

from clea_portal.protocol.codes import CodeRequest, make_code
from clea_portal.protocol.keys import generate_private_key
from clea_portal.protocol.lsp import LspType

ROUNDS = 200
LINKS_PER_ROUND = 50
TARGET = 0.8


def main() -> None:
    pk_sa = generate_private_key().public_key()
    pk_mcta = generate_private_key().public_key()
    request = CodeRequest(
        prefix="https://tac.gouv.fr?v=0#",
        lsp_type=LspType.SYNCHRONOUS,
        cri_exp=10,
        venue_type=3,
        venue_category1=1,
        venue_category2=2,
        period_duration=24,
        t_period_start=3_832_444_800,
        t_qr_start=3_832_450_000,
        sk_l=bytes(range(51)),
        pk_sa=pk_sa,
        pk_mcta=pk_mcta,
        contact_phone="33612345678",
        contact_region=75,
        contact_pin="123456",
    )
    curve, exchange = ec.SECP256R1(), ec.ECDH()

    def bound() -> None:
        ec.generate_private_key(curve).exchange(exchange, pk_sa)
        ec.generate_private_key(curve).exchange(exchange, pk_mcta)

    def link() -> None:
        make_code(request)

    _seconds(bound, 50)
    _seconds(link, 50)
    rounds = [(_seconds(bound, LINKS_PER_ROUND), _seconds(link, LINKS_PER_ROUND)) for _ in range(ROUNDS)]
    median = statistics.median(bound_time / link_time for bound_time, link_time in rounds)
    best_bound = min(bound_time for bound_time, _ in rounds)
    best_link = min(link_time for _, link_time in rounds)
    lines = (
        f"links with contact message per second: {LINKS_PER_ROUND / best_link:.0f} (best of {ROUNDS} rounds)",
        f"bound, 2 key generations and 2 exchanges per second: {LINKS_PER_ROUND / best_bound:.0f}",
        f"ratio to the bound: median {median:.2f}, best against best {best_bound / best_link:.2f} (target {TARGET:.2f})",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def _seconds(work: Callable[[], None], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
