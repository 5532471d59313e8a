"""Advice in words: what was wrong with the file, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from clea_portal.scanning.results import MAX_BYTES, MAX_PAGES, MAX_PIXELS, Advice

_LIMITS = {"megabytes": MAX_BYTES // 1024**2, "megapixels": MAX_PIXELS // 1_000_000, "pages": MAX_PAGES}

_SENTENCES = {
    Advice.EMPTY: _("This file is empty. Choose the file again, or take a new photo of the code."),
    Advice.UNSUPPORTED: _("This kind of file cannot be read. Send a JPEG, PNG, WebP, HEIC, AVIF or PDF file."),
    Advice.DAMAGED: _("This file is damaged or incomplete. Send it again, or take a new photo of the code."),
    Advice.PASSWORD: _("This PDF is protected by a password. Send it without the password, or send a photo of the code."),
    Advice.TOO_LARGE: _("This file is larger than %(megabytes)d MB. Send a smaller one, for example a photo of the code alone."),
    Advice.TOO_MANY_PIXELS: _(
        "This picture has more than %(megapixels)d megapixels. Send a smaller one, for example a photo of the code alone."
    ),
    Advice.TOO_MANY_PAGES: _("This PDF has more than %(pages)d pages. Send only the page with the code."),
    Advice.TIMED_OUT: _("Reading this file took too long. Send only the page with the code, or a photo of the code alone."),
    Advice.TOO_HARD: _("This file could not be opened safely. Take a new photo of the code alone and send that."),
    Advice.NOT_CLEA: _("There is a QR code in this file, but it is not a CLÉA code. Photograph the code of the place or event."),
    Advice.TOO_SMALL: _("The code is too small in this picture. Go closer, until the code fills half of the picture."),
    Advice.TOO_DARK: _("This picture is too dark. Take it again with more light."),
    Advice.LOW_CONTRAST: _("Light and dark can hardly be told apart here. Take the picture again in even light, without glare."),
    Advice.BLURRED: _("This picture is blurred. Hold the phone still, wait until the code is sharp, and take it again."),
    Advice.CUT_OFF: _(
        "Part of the code is outside of this picture. Go back a little, until all of it and its border are inside."
    ),
    Advice.REFLECTION: _(
        "A bright spot hides part of the code: most likely a reflection. Change the angle and take it without flash."
    ),
    Advice.COVERED: _(
        "A QR code is there but cannot be read. Photograph it flat, from the front, with nothing on it and no reflection."
    ),
    Advice.NO_CODE: _("No QR code was found in this file. Take a photo that shows the whole code with its white border."),
}


def explain(advice: Advice) -> str:
    """The sentence for a person, in the active language."""
    return str(_SENTENCES[advice]) % _LIMITS
