"""The API: one loop over the registry, each operation feeding its JSON to the same form and the same `perform`."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from shouwen.ground.actors import Actor, actor_for
from shouwen.ground.prepared import Prepared
from shouwen.kernel.models import Token
from shouwen.kernel.refusals import Refusal

PROBLEM = "application/problem+json"
# What checks the answers of an operation is made when it is first asked for: there are hundreds, most of them seldom used.
Schema.model_config["defer_build"] = True


_TOKENS = Prepared(
    lambda digest: Token.objects.select_related("account").filter(hash=digest, revoked_at__isnull=True), digest=str
)


class Bearer(HttpBearer):
    """`Authorization: Bearer <token>`: an unknown, expired or revoked token, or a disabled account, is 401."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        now = request.at
        digest = hashlib.sha256(token.encode()).hexdigest()
        row: Token | None = next(iter(_TOKENS.objects(digest=digest)), None)
        if row is None or not row.account.is_active or (row.expires_at and row.expires_at <= now):
            return None
        request.at = now
        request.actor = actor_for(row.account, at=now, source="api")
        translation.activate(request.actor.language)  # the edge ends it with the request
        if row.used_at is None or (now - row.used_at).total_seconds() > 300:
            Token.objects.filter(pk=row.pk).update(used_at=now)
        return request.actor


class Api(NinjaAPI):
    """Ninja with problem details for every error, and each operation saying so in its OpenAPI text."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        for path in schema["paths"].values():
            for operation in path.values():
                for status, text in ERRORS.items():
                    operation["responses"][str(status)] = {
                        "description": text, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                    }  # fmt: skip
        return schema


ERRORS = {
    400: "The request cannot be read",
    401: "The token is missing or not valid",
    403: "Visible, but another's to do",
    404: "Not there, or not for you",
    409: "Refused as things stand",
    422: "Some answers are missing or not right",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "clause": {"type": "string", "description": "The clause of the handbook behind a refusal"},
        "errors": {
            "type": "object",
            "description": "Sentences by field",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}

api = Api(
    title="首问 Shouwen", version="1", description="The service handbook that runs: cases, promises, clocks.",
    auth=Bearer(), docs_url=None, urls_namespace="api",
)  # fmt: skip


def problem(status: int, detail: str, *, clause: str = "", errors: dict[str, list[str]] | None = None) -> HttpResponse:
    """An error as RFC 9457 says it, with the clause of the handbook where one decides."""
    body: dict[str, Any] = {"type": "about:blank", "title": ERRORS.get(status, ""), "status": status, "detail": detail}
    if clause:
        body["clause"] = clause
    if errors:
        body["errors"] = errors
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=PROBLEM)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem(refusal.status, refusal.sentence, clause=refusal.clause, errors=refusal.errors)


@api.exception_handler(AuthenticationError)
def stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(401, translation.gettext("Send a valid token: Authorization: Bearer …"))


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    for one in error.errors:
        errors.setdefault(str(one["loc"][-1]), []).append(str(one["msg"]))
    return problem(422, ERRORS[422], errors=errors)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))
