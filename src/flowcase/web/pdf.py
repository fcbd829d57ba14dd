"""Documents to keep as PDF: archivable (PDF/A-3b) and tagged, made from a template of this house alone.

A template extends `pdf_layout.html`. Whatever people typed is escaped by it like on any page, and nothing
that a document names is fetched: neither from the network nor from the disk, but for the house's own font.
"""

from __future__ import annotations

import functools
import importlib
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from flask import Response, render_template
from werkzeug.http import dump_options_header

from flowcase.errors import FlowcaseError

VARIANT = "pdf/a-3b"
MEDIA_TYPE = "application/pdf"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0"  # of Debian
_FONTS = {"normal": "IBMPlexSans-Regular-*.woff2", "bold": "IBMPlexSans-Bold-*.woff2"}


Attached = tuple[str, bytes, str]  # name, content, and what it is


class PdfUnavailable(FlowcaseError):
    """This machine lacks the system library that lays out text; nothing else needs it."""

    def __init__(self) -> None:
        super().__init__(
            "Expected to make a PDF file, but the system library Pango is missing on this machine. "
            f"Install it (Debian: apt-get install {PACKAGES})."
        )


def document(template: str, attachments: Sequence[Attached] = (), **context: Any) -> bytes:
    """The template filled in, as a PDF file. Raises PdfUnavailable."""
    return render(render_template(template, faces=_faces(), **context), attachments)


def response(template: str, *, name: str, **context: Any) -> Response:
    """The answer of a page that hands out a PDF file of this name, to be saved."""
    sent = Response(document(template, **context), mimetype=MEDIA_TYPE)
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
    sent.headers["Content-Disposition"] = dump_options_header(
        "attachment", {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}
    )
    return sent


def render(html: str, attachments: Sequence[Attached] = ()) -> bytes:
    """A whole HTML document as a PDF file, with files embedded that hold the same as data."""
    weasyprint = _weasyprint()
    with warnings.catch_warnings():
        # WeasyPrint 70 reads its colour profile and leaves the file to the garbage collector.
        warnings.filterwarnings("ignore", category=ResourceWarning, message=r".*\.icc")
        made = weasyprint.HTML(string=html, url_fetcher=_fetcher(weasyprint)).write_pdf(
            pdf_variant=VARIANT,
            pdf_tags=True,
            attachments=[
                weasyprint.Attachment(string=content, name=name, description=about, relationship="Data")
                for name, content, about in attachments
            ],
        )
    return bytes(made)


def _weasyprint() -> ModuleType:
    """Imported when a PDF is asked for: without Pango the import fails, and everything else works on."""
    try:
        return importlib.import_module("weasyprint")
    except OSError as error:
        raise PdfUnavailable from error


def _faces() -> list[tuple[str, str]]:
    """(weight, address) of the fonts of the built front end; none where it is not built."""
    folder = Path(__file__).parent / "static" / "bundle" / "assets"
    found = ((weight, next(iter(sorted(folder.glob(name))), None)) for weight, name in _FONTS.items())
    return [(weight, path.as_uri()) for weight, path in found if path is not None]


@functools.lru_cache(maxsize=2)
def _fetcher(weasyprint: ModuleType) -> Any:
    fonts = {address for _, address in _faces()}

    class OwnFontsOnly(weasyprint.urls.URLFetcher):  # type: ignore[name-defined]
        """Refuses every address but those of the house's fonts."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in fonts:
                raise ValueError("only the fonts of this house are read")
            return super().fetch(url, headers)

    return OwnFontsOnly()
