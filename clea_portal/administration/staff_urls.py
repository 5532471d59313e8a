from django.urls import path

from clea_portal.administration.views import staff, staff_invitations, teams

urlpatterns = [
    path("<country:code>/teams/", teams.team_list, name="teams"),
    path("<country:code>/teams/new/", teams.add, name="add_team"),
    path("<country:code>/teams/<uuid:uuid>/", teams.detail, name="team"),
    path("<country:code>/teams/<uuid:uuid>/change/", teams.edit, name="edit_team"),
    path("<country:code>/teams/<uuid:uuid>/archive/", teams.archive, name="archive_team"),
    path("<country:code>/teams/<uuid:uuid>/restore/", teams.restore, name="restore_team"),
    path("<country:code>/people/", staff.people, name="people"),
    path("<country:code>/people/invite/", staff_invitations.write, name="invite_staff"),
    path("<country:code>/people/<uuid:uuid>/", staff.detail, name="colleague"),
    path("<country:code>/people/<uuid:uuid>/role/", staff.change_role, name="change_staff_role"),
    path("<country:code>/people/<uuid:uuid>/remove/", staff.remove, name="remove_staff"),
    path("<country:code>/people/<uuid:uuid>/suspend/", staff.suspend_access, name="suspend_staff"),
    path("<country:code>/people/<uuid:uuid>/lift/", staff.lift, name="lift_suspension"),
    path("<country:code>/people/<uuid:uuid>/second-factor/", staff.reset_factor, name="reset_factor"),
    path("<country:code>/people/<uuid:uuid>/sessions/", staff.end, name="end_staff_sessions"),
    path("<country:code>/invitations/<uuid:uuid>/send-again/", staff_invitations.send_again, name="send_staff_invitation"),
    path("<country:code>/invitations/<uuid:uuid>/revoke/", staff_invitations.revoke, name="revoke_staff_invitation"),
]
