from django.urls import path

from events import mail_views

app_name = "event-mail"
urlpatterns = [path("codes/<uuid:uuid>/mail/", mail_views.mail, name="mail")]
