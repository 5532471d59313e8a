"""The public list's files, as a content delivery network would serve them."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from clea_portal.cluster_server.public_list import INDEX
from clea_portal.cluster_server.sandbox.models import Ledger, ListFile
from clea_portal.cluster_server.sandbox.publication import publish_due


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    publish_due(now=timezone.now())
    return _serve(request, Ledger.objects.get().iteration, INDEX)


@require_safe
def prefix_file(request: HttpRequest, iteration: int, prefix: str) -> HttpResponseBase:
    return _serve(request, iteration, f"{prefix}.json")


def _serve(request: HttpRequest, iteration: int, name: str) -> HttpResponseBase:
    content = ListFile.objects.filter(iteration=iteration, name=name).values_list("content", flat=True).first()
    if content is None:
        raise Http404
    etag = f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="application/json", headers={"ETag": etag, "Cache-Control": "no-cache"})
    return get_conditional_response(request, etag=etag, response=response) or response
