from clea_portal.codes.forms import PlaceForm


class VenueForm(PlaceForm):
    """A venue is a place and nothing more."""
