"""What can be wrong with a poster, in words that a screen can show as they are."""

from django.utils.formats import number_format
from django.utils.translation import gettext
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


class NameTooLongHere(NameTooLong):
    """Fine for larger prints."""

    code = "name_too_long_here"
    sentence = _("This name is too long for prints of this size: choose a larger one, or shorten the name.")


class TextTooLong(BadPoster):
    code = "text_too_long"
    sentence = _("The name or the address of the application is too long for a poster.")


class LabelTooLong(BadPoster):
    code = "label_too_long"
    sentence = _("The name of a room or table is too long for a poster: shorten it to 80 characters.")


class AuthorityTooLong(BadPoster):
    code = "authority_too_long"
    sentence = _("The authority’s line is too long for a poster: shorten it to 120 characters.")


class BadCheckCode(BadPoster):
    code = "bad_check_code"
    sentence = _("A check code has 6 letters and figures.")


class BadValidity(BadPoster):
    code = "bad_validity"
    sentence = _("The dates of validity do not fit this kind of code.")


class UnknownLanguage(BadPoster):
    code = "unknown_language"
    sentence = _("Posters cannot be printed in this language.")


class BadLanguages(BadPoster):
    code = "bad_languages"
    sentence = _("Choose one language, or two different ones.")


class BadColour(BadPoster):
    code = "bad_colour"
    sentence = _("Give the colour as # and six figures from 0 to 9 and A to F, such as #0B5A6B.")


class AccentTooPale(BadPoster):
    """`ratio`: the contrast that the colour has on white paper, below 4.5."""

    code = "accent_too_pale"

    def __init__(self, ratio: float) -> None:
        super().__init__(ratio)
        self.ratio = ratio

    def __str__(self) -> str:
        # Rounded down, so that it never reads as the ratio that is asked for.
        sentence = gettext("This colour is too pale to be read on white: its contrast is %(ratio)s to 1, at least 4.5 is needed.")
        return sentence % {"ratio": number_format(int(self.ratio * 100) / 100, 2)}


class BadLogo(BadPoster):
    code = "bad_logo"
    sentence = _("This file cannot be used as a logo: send a PNG, a JPEG or a plain SVG.")


class LogoTooLarge(BadLogo):
    code = "logo_too_large"
    sentence = _("This logo is too large: send a file of at most 2 MB and 16 million pixels.")


class LogoTooComplex(BadLogo):
    code = "logo_too_complex"
    sentence = _("This drawing is too complex for a logo: send it as a PNG.")


class ModuleTooSmall(BadPoster):
    """`millimetres`: how wide a module would be, below 0.33."""

    code = "module_too_small"

    def __init__(self, *, code_millimetres: float, modules: int) -> None:
        super().__init__(code_millimetres, modules)
        self.code_millimetres, self.modules = code_millimetres, modules

    def __str__(self) -> str:
        sentence = gettext(
            "At this size phones could not read the code: %(width)s mm for %(modules)s modules make %(module)s mm a module, and "
            "at least 0.33 mm are needed."
        )
        module = int(self.code_millimetres / self.modules * 1000) / 1000
        return sentence % {
            "width": number_format(self.code_millimetres, 1),
            "modules": self.modules,
            "module": number_format(module, 3),
        }


class LinkUnfit(BadPoster):
    """Longer than a QR code of version 12 holds at level M (287 characters), empty, or not ASCII."""

    code = "link_unfit"
    sentence = _("The link is too long for a code that every phone reads. Use a shorter country prefix.")


class PayloadTooLong(BadPoster):
    code = "payload_too_long"
    sentence = _("What the recovery sheet has to hold is too long for a QR code: shorten the names.")


class PosterUnreadable(Exception):
    """The file was made, but its code did not read back as the deep link: it must not be handed out."""


class TooManyPages(BadPoster):
    code = "too_many_pages"
    sentence = _("A file holds 1,000 pages at most: make several files.")
