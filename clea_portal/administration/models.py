"""The models of this app, from where they stand."""

from clea_portal.administration.country_models import ConnectionTest as ConnectionTest
from clea_portal.administration.country_models import CountryDraft as CountryDraft
