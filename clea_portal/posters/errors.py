"""What can be wrong with a poster, in words that a screen can show as they are."""

from django.utils.translation import gettext_lazy as _


class BadPoster(ValueError):
    """The description cannot become a poster. `code` is stable; the message says what to do and holds nothing of the input."""

    code = "bad_poster"
    sentence = _("This poster cannot be made.")

    def __str__(self) -> str:
        return str(self.sentence)


class NameMissing(BadPoster):
    code = "name_missing"
    sentence = _("Give a name that can be read: letters or numbers.")


class NameTooLong(BadPoster):
    code = "name_too_long"
    sentence = _("This name is too long for a poster: shorten it to 200 characters and to a few lines.")


class TextTooLong(BadPoster):
    code = "text_too_long"
    sentence = _("The name or the address of the application is too long for a poster.")


class BadCheckCode(BadPoster):
    code = "bad_check_code"
    sentence = _("A check code has 6 letters and figures.")


class BadValidity(BadPoster):
    code = "bad_validity"
    sentence = _("The dates of validity do not fit this kind of code.")


class UnknownLanguage(BadPoster):
    code = "unknown_language"
    sentence = _("Posters cannot be printed in this language.")


class LinkUnfit(BadPoster):
    """Longer than a QR code of version 12 holds at level M (287 characters), empty, or not ASCII."""

    code = "link_unfit"
    sentence = _("The link is too long for a code that every phone reads. Use a shorter country prefix.")


class PosterUnreadable(Exception):
    """The file was made, but its code did not read back as the deep link: it must not be handed out."""
