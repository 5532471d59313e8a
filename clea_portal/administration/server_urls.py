from django.urls import path

from clea_portal.administration.views import connection, server, server_keys, specimen

urlpatterns = [
    path("<country:code>/server/", server.server, name="server"),
    path("<country:code>/server/address/", server.address, name="server_address"),
    path("<country:code>/server/credentials/", server.credentials, name="server_credentials"),
    path("<country:code>/server/credentials/key/", server.new_client_key, name="server_new_client_key"),
    path("<country:code>/server/incoming/", server.incoming, name="server_incoming"),
    path("<country:code>/server/exposure/", server.exposure, name="server_exposure"),
    path("<country:code>/server/keys/", server_keys.keys, name="server_keys"),
    path("<country:code>/server/keys/<int:key>/withdraw/", server_keys.withdraw, name="server_key_withdraw"),
    path("<country:code>/server/connection/", connection.connection, name="connection"),
    path("<country:code>/server/connection/status/", connection.status, name="connection_status"),
    path("<country:code>/server/connection/start/", connection.start, name="connection_start"),
    path("<country:code>/server/test-code/", specimen.test_code, name="test_code"),
]
