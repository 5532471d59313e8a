"""What the worker runs. Every task may run twice or not at all: the rows are the truth, the sweep comes again."""

from celery import shared_task

from mct import counting, figure_changes, intake, linking, sending, sweeping, waking, watching, withdrawing
from mct.messages import decrypting


@shared_task(name=waking.READ_PICTURE)
def read_picture(picture_id: int) -> None:
    intake.read_picture(picture_id)


@shared_task(name=waking.LINK_CASE)
def link_case(case_id: int) -> None:
    linking.link_case(case_id)


@shared_task(name=waking.SEND_DECLARATION)
def send_declaration(declaration_id: int) -> None:
    sending.send_declaration(declaration_id)


@shared_task(name=waking.WITHDRAW_DECLARATION)
def withdraw_declaration(declaration_id: int) -> None:
    withdrawing.withdraw_declaration(declaration_id)


@shared_task(name=waking.WATCH_SERVER)
def watch_server(server_id: int) -> None:
    watching.watch_server(server_id)


@shared_task(name="mct.watch_lists")
def watch_lists() -> None:
    watching.watch_lists()


@shared_task(name="mct.sweep")
def sweep() -> None:
    sweeping.sweep()


@shared_task(name=waking.DECRYPT_MESSAGE)
def decrypt_message(message_id: int) -> None:
    decrypting.decrypt_message(message_id)


@shared_task(name="mct.sweep_messages")
def sweep_messages() -> None:
    decrypting.sweep()


@shared_task(name="mct.count_figures")
def count_figures() -> None:
    counting.recount()


@shared_task(name="mct.count_figures_anew")
def count_figures_anew() -> None:
    """No change is ever left out, so nothing differs. Should one be, figures are right again a day later."""
    figure_changes.everything_changed()
