from django.urls import path

from mct.messages import views

app_name = "contact_messages"
urlpatterns = [
    path("", views.message_list, name="list"),
    path("<uuid:uuid>/", views.message, name="message"),
    path("<uuid:uuid>/take/", views.take, name="take"),
    path("<uuid:uuid>/pin/", views.try_pin, name="try_pin"),
    path("<uuid:uuid>/unlock/", views.unlock, name="unlock"),
    path("<uuid:uuid>/forged/", views.close_as_forged, name="close_as_forged"),
    path("<uuid:uuid>/case/", views.open_case, name="open_case"),
    path("<uuid:uuid>/register/", views.ask_for_register, name="ask_for_register"),
    path("<uuid:uuid>/call/", views.note_call, name="note_call"),
    path("<uuid:uuid>/not-reached/", views.not_reached, name="not_reached"),
    path("<uuid:uuid>/finish/", views.finish, name="finish"),
    path("<uuid:uuid>/hand-over/", views.hand_over, name="hand_over"),
    path("<uuid:uuid>/region/", views.give_to_region, name="give_to_region"),
    path("<uuid:uuid>/decrypt-again/", views.decrypt_again, name="decrypt_again"),
    path("<uuid:uuid>/give-up/", views.give_up, name="give_up"),
]
