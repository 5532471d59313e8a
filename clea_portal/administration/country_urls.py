from django.urls import path

from clea_portal.administration.views import assistant, profile, settings

urlpatterns = [
    path("new/", assistant.start, name="assistant_start"),
    path("new/<uuid:draft>/", assistant.overview, name="assistant_summary"),
    path("new/<uuid:draft>/finish/", assistant.finish, name="assistant_finish"),
    path("new/<uuid:draft>/discard/", assistant.discard, name="assistant_discard"),
    path("new/<uuid:draft>/<slug:group>/", assistant.step, name="assistant"),
    path("import/", profile.take, name="profile_import"),
    path("<country:code>/profile/", profile.profile, name="profile"),
    path("<country:code>/profile/download/", profile.download, name="profile_download"),
    path("<country:code>/settings/", settings.settings, name="settings"),
    path("<country:code>/settings/<slug:group>/", settings.change, name="settings_change"),
]
