from django.urls import path, re_path

from clea_portal.cluster_server.sandbox import (
    api_views,
    control_views,
    form_views,
    list_views,
    problems,
    report_views,
)
from clea_portal.cluster_server.sandbox.behaviour import misbehaving

urlpatterns = [
    path("cluster-declaration", misbehaving(form_views.cluster_declaration, refuse=form_views.refuse_because_asked)),
    path(
        "api/clea/v1/manual-clusters/<uuid:uuid>",
        misbehaving(api_views.ManualClusterView.as_view(), refuse=problems.refuse_because_asked),
    ),
    path(
        "api/clea/v1/wreport",
        misbehaving(report_views.ReportView.as_view(), refuse=problems.refuse_because_asked),
    ),
    path("list/clusterIndex.json", list_views.index),
    re_path(r"^list/(?P<iteration>[0-9]{1,9})/(?P<prefix>[0-9a-f]{1,8})\.json$", list_views.prefix_file),
    path("sandbox/", control_views.about),
    path("sandbox/received", control_views.received),
    path("sandbox/contact-messages", control_views.contact_messages),
    path("sandbox/behaviour", control_views.behaviour),
    path("sandbox/client-keys", control_views.register_client_keys),
]
