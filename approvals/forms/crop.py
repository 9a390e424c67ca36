"""The crop of one image: which rectangle of its points is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Sentence
from approvals.decode import MIN_SIDE
from approvals.images import Box
from approvals.models import StoredImage


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape in which X shows an image."""

    value: str
    label: Sentence
    width: int
    height: int


SHAPES = (
    Shape("16-9", gettext_lazy("Paysage (16:9)"), 16, 9),
    Shape("1-1", gettext_lazy("Carré (1:1)"), 1, 1),
    Shape("3-4", gettext_lazy("Portrait (3:4)"), 3, 4),
    Shape("8-9", gettext_lazy("Deux images côte à côte (8:9)"), 8, 9),
)


class CropForm(forms.Form):
    """Of the stored image, in its own points, counted from its upper left corner."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    left = forms.IntegerField(label=gettext_lazy("Bord gauche"), min_value=0)
    top = forms.IntegerField(label=gettext_lazy("Bord haut"), min_value=0)
    width = forms.IntegerField(label=gettext_lazy("Largeur"), min_value=MIN_SIDE)
    height = forms.IntegerField(label=gettext_lazy("Hauteur"), min_value=MIN_SIDE)

    def __init__(self, image: StoredImage, version: int, data: QueryDict | None = None) -> None:
        self.image = image
        whole = Box(0, 0, image.width, image.height)
        super().__init__(data, initial={"version": version, **_fields(whole)})
        # Arrow keys go by a hundredth of the side; any number may be typed.
        for name, side in (("left", "width"), ("top", "height"), ("width",) * 2, ("height",) * 2):
            most = getattr(image, side)
            self.fields[name].widget.attrs |= {"max": most, "step": max(1, most // 100)}

    def choose(self, value: str) -> None:
        """Fills in the largest rectangle of this shape, in the middle of the image."""
        shape = next((one for one in SHAPES if one.value == value), None)
        if shape is None:
            return
        scale = min(self.image.width / shape.width, self.image.height / shape.height)
        width, height = int(shape.width * scale), int(shape.height * scale)
        left, top = (self.image.width - width) // 2, (self.image.height - height) // 2
        data = QueryDict(mutable=True)
        data.update(self.data)
        for name, points in _fields(Box(left, top, width, height)).items():
            data[name] = str(points)
        self.data = data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, start, most in (
            ("width", "left", self.image.width),
            ("height", "top", self.image.height),
        ):
            left = most - cleaned.get(start, 0)
            if cleaned.get(name, 0) > left:
                self.add_error(
                    name,
                    _("Il ne reste que %(count)d points jusqu’au bord de l’image.")
                    % {"count": left},
                )
        return cleaned

    @property
    def box(self) -> Box:
        cleaned = self.cleaned_data
        return Box(cleaned["left"], cleaned["top"], cleaned["width"], cleaned["height"])

    @property
    def is_whole(self) -> bool:
        """Nothing is taken away."""
        return self.box == Box(0, 0, self.image.width, self.image.height)


def _fields(box: Box) -> dict[str, int]:
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
