"""A language model that understands nothing: it answers chat completions in the right form, and says what it is.

The form is that of OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat): plain and streamed,
texts, JSON objects and JSON of a schema.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from harness.intercept.standin import Asked, Standin
from harness.messages import Answer
from mocks.others import answers

MODEL = "greenroom-standin"
SAID = f"This text was {answers.LABEL}. You said: "
QUOTED = 200
DEEPEST = 12
Json = dict[str, Any]


def answer(asked: Asked) -> Answer:
    """Answer what is served: chat completions and the list of models."""
    if asked.method == "OPTIONS":
        return answers.preflight()
    if not asked.headers.get("authorization", "").startswith("Bearer "):
        return _refused(401, "You didn't provide an API key.", "invalid_request_error")
    if (asked.method, asked.path) == ("GET", "/v1/models"):
        return answers.json(
            {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "greenroom"}]}
        )
    if (asked.method, asked.path) == ("POST", "/v1/chat/completions"):
        return _completion(asked)
    return _refused(404, f"Invalid URL ({asked.method} {asked.path})", "invalid_request_error")


def _completion(asked: Asked) -> Answer:
    try:
        body = orjson.loads(asked.body)
    except orjson.JSONDecodeError:
        return _refused(400, "We could not parse the JSON body of your request.", "invalid_request_error")
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(messages, list) or not messages or not all(isinstance(each, dict) for each in messages):
        return _refused(400, "Missing required parameter: 'messages'.", "invalid_request_error", "messages")
    content = _content(body, messages)
    id = f"chatcmpl-{hashlib.sha256(asked.body).hexdigest()[:24]}"
    about: Json = {"id": id, "created": asked.now, "model": str(body.get("model") or MODEL)}
    if body.get("stream"):
        return _streamed(about, content)
    spoken, heard = len(content.split()), sum(len(str(each.get("content", "")).split()) for each in messages)
    return answers.json(
        {
            **about,
            "object": "chat.completion",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": content, "refusal": None},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": heard, "completion_tokens": spoken, "total_tokens": heard + spoken},
        }
    )


def _content(body: Json, messages: list[Json]) -> str:
    wanted = body.get("response_format")
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind == "json_schema" and isinstance(wanted, dict):
        named = wanted.get("json_schema")
        schema = named.get("schema") if isinstance(named, dict) else None
        return orjson.dumps(_instance(schema if isinstance(schema, dict) else {}, 0)).decode()
    if kind == "json_object":
        return orjson.dumps({answers.FIELD: answers.LABEL}).decode()
    return f"{SAID}{str(messages[-1].get('content', ''))[:QUOTED]}"


def _instance(schema: Json, depth: int) -> Any:
    """Return the plainest value that a schema allows."""
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for name in ("anyOf", "oneOf"):
        if schema.get(name):
            return _instance(schema[name][0], depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object" and depth < DEEPEST:
        return {name: _instance(each, depth + 1) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        items = schema.get("items", {})
        return (
            [_instance(items, depth + 1)] * max(1, int(schema.get("minItems", 1))) if depth < DEEPEST else []
        )
    plain = {
        "integer": schema.get("minimum", 1),
        "number": schema.get("minimum", 1),
        "boolean": True,
        "null": None,
    }
    return plain.get(str(kind), "stand-in")


def _streamed(about: Json, content: str) -> Answer:
    """Write a completion as server-sent events: the role, the words, the end."""
    words = content.split(" ")
    deltas: list[tuple[Json, str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": word if place == 0 else f" {word}"}, None) for place, word in enumerate(words)]
    deltas.append(({}, "stop"))
    parts = []
    for delta, reason in deltas:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        chunk = {**about, "object": "chat.completion.chunk", "choices": [choice]}
        parts.append(f"data: {orjson.dumps(chunk).decode()}\n\n")
    return answers.text("".join([*parts, "data: [DONE]\n\n"]), "text/event-stream")


def _refused(status: int, message: str, type: str, param: str | None = None) -> Answer:
    error = {"message": f"{message} ({answers.LABEL})", "type": type, "param": param, "code": None}
    return answers.json({"error": error}, status)


standin = Standin("chat", "A language model", ("api.openai.com",), answer)
