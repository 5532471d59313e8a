from django.urls import path

from clea_portal.accounts import data_views, invitation_views, organisation_views, views

app_name = "organisations"
urlpatterns = [
    path("", views.organisation_list, name="list"),
    path("new/", views.create_organisation, name="create"),
    path("another/", views.create_another_organisation, name="create_another"),
    path("<uuid:uuid>/", organisation_views.detail, name="detail"),
    path("<uuid:uuid>/rename/", organisation_views.rename, name="rename"),
    path("<uuid:uuid>/leave/", organisation_views.leave_organisation, name="leave"),
    path("<uuid:uuid>/hand-over/", organisation_views.hand_over, name="hand_over"),
    path("<uuid:uuid>/delete/", organisation_views.delete, name="delete"),
    path("<uuid:uuid>/activity/", data_views.organisation_activity, name="activity"),
    path("<uuid:uuid>/invite/", invitation_views.write, name="invite"),
    path("<uuid:uuid>/members/<uuid:member>/", organisation_views.edit_member, name="member"),
    path("<uuid:uuid>/members/<uuid:member>/remove/", organisation_views.remove, name="remove_member"),
    path("invitations/<uuid:uuid>/send-again/", invitation_views.send_again, name="send_again"),
    path("invitations/<uuid:uuid>/revoke/", invitation_views.revoke, name="revoke"),
    path("offers/<uuid:uuid>/answer/", organisation_views.answer_offer, name="answer_offer"),
    path("offers/<uuid:uuid>/withdraw/", organisation_views.withdraw, name="withdraw_offer"),
]
