"""The description of the API is valid, complete, and true."""

import json
import re

import pytest
import yaml
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

from clea_portal.api.base import ApiView
from clea_portal.api.problems import KINDS
from clea_portal.api.public import PublicApiView
from clea_portal.api.schema import description
from tests.factories import UserFactory
from tests.members import signed_in


def routes(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith("api/v1/"):
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path), pattern.callback


ROUTES = dict(routes(get_resolver().url_patterns))


def test_description_is_valid():
    validate(description())


def test_description_is_made_without_warnings():
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)
    assert (dict(GENERATOR_STATS._warn_cache), dict(GENERATOR_STATS._error_cache)) == ({}, {})


def test_every_route_is_described_with_all_its_methods():
    described = {
        path: {method for method in operations if method != "parameters"} for path, operations in description()["paths"].items()
    }
    real = {
        path: {name for name in ("get", "post", "put", "patch", "delete") if hasattr(view.cls, name)}
        for path, view in ROUTES.items()
    }
    assert described == real


def test_every_view_has_the_same_guards():
    for view in ROUTES.values():
        own = {name for name in vars(view.cls) if name.endswith("_classes") and name != "renderer_classes"}
        assert (issubclass(view.cls, ApiView), own) == (True, set())


# What cluster servers send is idempotent by a number in its body.
OWN_NUMBER = {"/api/v1/contact-messages/"}


def test_every_post_takes_an_idempotency_key():
    posts = {path: operations["post"] for path, operations in description()["paths"].items() if "post" in operations}
    posts = {path: post for path, post in posts.items() if post.get("security") != [{}]}
    keyed = {path for path, post in posts.items() if "Idempotency-Key" in [each["name"] for each in post.get("parameters", [])]}
    assert set(posts) - keyed == OWN_NUMBER
    handlers = [
        view.cls.post
        for path, view in ROUTES.items()
        if hasattr(view.cls, "post") and path not in OWN_NUMBER and not issubclass(view.cls, PublicApiView)
    ]
    assert {handler.__module__ for handler in handlers if not hasattr(handler, "__wrapped__")} == set()


def test_public_operations_ask_for_no_token_and_say_so():
    public = {path for path, view in ROUTES.items() if issubclass(view.cls, PublicApiView)}
    assert public == {"/api/v1/upload-authorisations/redeem"}
    for path, operations in description()["paths"].items():
        for operation in operations.values():
            described = (operation.get("security") == [{}], "401" in operation["responses"])
            assert described == ((True, False) if path in public else (False, True))


def test_every_operation_has_a_name_and_a_summary():
    operations = [operation for path in description()["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert [operation["operationId"] for operation in operations if not operation.get("summary")] == []


def test_schema_as_yaml_and_as_json(client):
    answers = {query: client.get(f"/api/schema/{query}") for query in ("", "?format=json", "?format=yaml")}
    kinds = {query: answer["Content-Type"] for query, answer in answers.items()}
    assert kinds == {"": "application/yaml", "?format=json": "application/json", "?format=yaml": "application/yaml"}
    by_accept = client.get("/api/schema/", headers={"accept": "application/json"})
    assert json.loads(by_accept.content) == answers["?format=json"].json() == yaml.safe_load(answers[""].content)


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
def test_anybody_may_read_about_the_api(path, db):
    for browser in (Client(), signed_in(UserFactory())):
        assert [browser.get(path).status_code, browser.post(path).status_code] == [200, 405]


def test_page_obeys_the_content_security_policy(client, db):
    answer = client.get("/api/docs/")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    inline = r"<style|style=|<script(?![^>]*\bsrc=)|\son\w+=\"|(?:src|href)=\"(?:https?:)?//"
    assert re.findall(inline, answer.content.decode()) == []


def test_page_has_an_anchor_for_every_operation_and_problem(client, db):
    text = client.get("/api/docs/").content.decode()
    wanted = [operation["operationId"] for path in description()["paths"].values() for operation in path.values()]
    anchors = re.findall(r'id="([\w-]+)"', text)
    assert set(wanted) | set(KINDS) <= set(anchors)
    assert len(anchors) == len(set(anchors))
