from django.urls import path

from venues import mail_views

app_name = "venue-mail"
urlpatterns = [path("codes/<uuid:uuid>/mail/", mail_views.mail, name="mail")]
