from django.urls import path

from mct.views import acts, asking, assigning, bulk, case, contact_link, listing, register, registering, saving, taking_back

app_name = "mct"
urlpatterns = [
    path("", listing.case_list, name="case_list"),
    path("together/", bulk.cases_bulk, name="cases_bulk"),
    path("selections/", saving.filter_save, name="filter_save"),
    path("selections/delete/", saving.filter_delete, name="filter_delete"),
    path("new/", registering.case_register, name="case_register"),
    path("<uuid:uuid>/", case.case, name="case"),
    path("<uuid:uuid>/status/", case.case_status, name="case_status"),
    path("<uuid:uuid>/correct/", case.case_correct, name="case_correct"),
    path("<uuid:uuid>/assign/", assigning.case_assign, name="case_assign"),
    path("<uuid:uuid>/hand-over/", assigning.case_hand_over, name="case_hand_over"),
    path("<uuid:uuid>/note/", assigning.case_note, name="case_note"),
    path("<uuid:uuid>/follow-up/", assigning.case_follow_up, name="case_follow_up"),
    path("<uuid:uuid>/evidence/", case.case_evidence, name="case_evidence"),
    path("<uuid:uuid>/ask/", asking.case_ask, name="case_ask"),
    path("<uuid:uuid>/ask/stop/", asking.case_ask_stop, name="case_ask_stop"),
    path("<uuid:uuid>/contact/", contact_link.contact_link, name="contact_link"),
    path("<uuid:uuid>/contact/code.svg", contact_link.contact_link_code, name="contact_link_code"),
    path("<uuid:uuid>/contact/mail/", contact_link.contact_link_mail, name="contact_link_mail"),
    path("<uuid:uuid>/contact/stop/", contact_link.contact_link_stop, name="contact_link_stop"),
    path("<uuid:uuid>/register/<uuid:page>/", register.register_page, name="register_page"),
    path("<uuid:uuid>/register/<uuid:page>/<int:sheet>/", register.register_sheet, name="register_sheet"),
    path("<uuid:uuid>/codes/<uuid:code>/choose/", acts.code_choose, name="code_choose"),
    path("<uuid:uuid>/declare/", acts.case_declare, name="case_declare"),
    path("<uuid:uuid>/approve/", acts.case_approve, name="case_approve"),
    path("<uuid:uuid>/send-back/", acts.case_send_back, name="case_send_back"),
    path("<uuid:uuid>/withdraw/", acts.case_withdraw, name="case_withdraw"),
    path("<uuid:uuid>/take-back/", taking_back.case_take_back, name="case_take_back"),
    path("<uuid:uuid>/retry/", acts.case_retry, name="case_retry"),
    path("<uuid:uuid>/close/", acts.case_close, name="case_close"),
    path("<uuid:uuid>/declarations/<uuid:declaration>/decide/", acts.declaration_decide, name="declaration_decide"),
]
