from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from clea_portal import health, pages
from clea_portal.accounts import data_views, invitation_views, session_views
from clea_portal.accounts.views import ActivateAppView, change_language, change_time_zone
from clea_portal.administration.views import staff_invitations
from clea_portal.monitoring import views as monitoring

urlpatterns = [
    path("", pages.home, name="home"),
    path("start/", pages.start, name="start"),
    path("language/", change_language, name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", monitoring.metrics, name="metrics"),
    path("account/time-zone/", change_time_zone, name="change_time_zone"),
    path("account/sessions/", session_views.own_sessions, name="own_sessions"),
    path("account/data/", data_views.own_data, name="own_data"),
    path("account/data/download/", data_views.download, name="download_own_data"),
    path("account/delete/", data_views.delete_account, name="delete_account"),
    path("account/deletions/<uuid:uuid>/stop/", data_views.stop, name="stop_deletion"),
    path("account/tokens/", include("clea_portal.api.token_urls")),
    path("account/", include("allauth.account.urls")),
    path("account/second-factor/totp/activate/", ActivateAppView.as_view(), name="mfa_activate_totp"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("jobs/", include("clea_portal.jobs.urls")),
    path("printing/", include("clea_portal.codes.printing.urls")),
    path("organisations/", include("clea_portal.accounts.urls")),
    path("invitations/<str:token>/", invitation_views.opened, name="invitation"),
    path("invitations/<str:token>/accept/", invitation_views.accept, name="accept_invitation"),
    path("invitations/<str:token>/decline/", invitation_views.decline, name="decline_invitation"),
    path("authorities/", include("clea_portal.administration.urls")),
    path("invitations/authority/<str:token>/", staff_invitations.opened, name="staff_invitation"),
    path("invitations/authority/<str:token>/accept/", staff_invitations.accept, name="accept_staff_invitation"),
    path("invitations/authority/<str:token>/decline/", staff_invitations.decline, name="decline_staff_invitation"),
    path("venues/", include("venues.urls")),
    path("venues/", include("venues.pack_urls")),
    path("venues/", include("venues.room_urls")),
    path("displays/", include("venues.display_urls")),
    path("devices/", include("venues.device_urls")),
    path("venues/", include("venues.mail_urls")),
    path("events/", include("events.calendar_urls")),
    path("events/", include("events.mail_urls")),
    path("events/", include("events.urls")),
    path("cases/", include("mct.figure_urls")),
    path("cases/", include("mct.urls")),
    path("contact-messages/", include("mct.messages.urls")),
    path("share/", include("mct.share_urls")),
    path("contact/", include("mct.contact_urls")),
    path("upload-authorisations/", include("mct.authorising.urls")),
    path("without-account/", include("clea_portal.codes.keeping.urls")),
    path("api/", include("clea_portal.api.urls")),
    path("api/v1/venues/", include("venues.api_urls")),
    path("api/v1/events/", include("events.api_urls")),
    path("api/v1/contact-messages/", include("mct.messages.api_urls")),
    path("api/v1/cases/", include("mct.api_urls")),
    path("api/v1/upload-authorisations/", include("mct.authorising.api_urls")),
]
handler400 = "clea_portal.api.problems.bad_request"
handler404 = "clea_portal.api.problems.not_found"
handler500 = "clea_portal.api.problems.server_error"
if settings.ADMIN_ENABLED:
    # Through the portal's own sign-in: its limits, its second factor.
    admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
    urlpatterns.append(path("administration/", admin.site.urls))
