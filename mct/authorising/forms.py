from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import Region


class AuthoriseForm(forms.Form):
    """For whose region. Whoever has one is not asked."""

    use_required_attribute = False

    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), empty_label=_("Choose…"))

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = regions
        if len(regions) == 1:
            del self.fields["region"]
        else:
            choices = self.fields["region"]
            assert isinstance(choices, forms.ModelChoiceField)
            choices.queryset = Region.objects.filter(pk__in=[region.pk for region in regions]).select_related("country")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def chosen_region(self) -> Region:
        region: Region = self.cleaned_data.get("region") or self.regions[0]
        return region
