from django.urls import path

from mct.messages import api

app_name = "contact-messages-api"
urlpatterns = [path("", api.ContactMessageList.as_view(), name="contact_messages")]
