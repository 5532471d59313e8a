"""Sheets as one PDF/UA-1, laid out by WeasyPrint piece by piece and read back, with nothing fetched from anywhere."""

import io
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import batched
from tempfile import SpooledTemporaryFile
from threading import local
from typing import TYPE_CHECKING, BinaryIO

from clea_portal.posters.errors import TooManyPages
from clea_portal.posters.proof import Place, prove_pdf
from clea_portal.posters.sheets import Sheet, split_parts
