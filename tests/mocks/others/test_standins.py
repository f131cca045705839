"""The stand-ins: what callers ask of the real services is answered in their form, labelled, and the same each time."""

import re
from typing import Any

import orjson
import pytest

from harness.intercept.standin import Asked, Catalogue, Hosts, catalogue
from harness.messages import Answer
from mocks.others import answers, chat
from mocks.others import catalogue as ours

NOW = 1_772_355_600


def ask(url: str, method: str = "GET", body: Any = None, **headers: str) -> Answer:
    """Ask whatever stands in for a URL's host."""
    host, _, rest = url.removeprefix("https://").partition("/")
    path, _, query = f"/{rest}".partition("?")
    standin = Hosts((name, each) for each in ours.standins for name in each.hosts).find(host)
    assert standin is not None
    content = b"" if body is None else orjson.dumps(body)
    return standin.answer(Asked(method, host, path, query, headers, content, NOW))


def told(answer: Answer, status: int = 200) -> Any:
    assert answer.status == status
    body = orjson.loads(answer.body)
    assert body[answers.FIELD] == answers.LABEL
    return body


def test_they_are_found_by_their_entry_point() -> None:
    assert set(ours.standins) <= set(catalogue().standins)
    assert {each.name for each in ours.standins} == {"chat", "fonts", "pictures", "places", "rates"}


@pytest.mark.parametrize(
    ("asked", "faces"),
    [
        (
            "css2?family=Inter:wght@400;700&display=swap",
            [("Inter", "normal", "400"), ("Inter", "normal", "700")],
        ),
        (
            "css2?family=Work+Sans:ital,wght@0,400;1,900",
            [("Work Sans", "normal", "400"), ("Work Sans", "italic", "900")],
        ),
        (
            "css2?family=Inter:wght@100..900&family=Lora",
            [("Inter", "normal", "100 900"), ("Lora", "normal", "400")],
        ),
        (
            "css?family=Roboto:400,700italic|Lato",
            [("Roboto", "normal", "400"), ("Roboto", "italic", "700"), ("Lato", "normal", "400")],
        ),
    ],
)
def test_a_style_sheet_has_the_faces_that_were_asked_for(
    asked: str, faces: list[tuple[str, str, str]]
) -> None:
    answer = ask(f"https://fonts.googleapis.com/{asked}")
    sheet = answer.body.decode()
    assert (answer.status, answers.LABEL in sheet) == (200, True)
    found = re.findall(r"font-family: '(.+)';\s+font-style: (.+);\s+font-weight: (.+);", sheet)
    assert found == faces
    for url in re.findall(r"src: url\((.+?)\)", sheet):
        font = ask(url)
        assert (font.body[:4], dict(font.headers)["Content-Type"]) == (b"wOF2", "font/woff2")


def test_no_style_sheet_without_a_family() -> None:
    assert ask("https://fonts.googleapis.com/css2").status == 400
    assert ask("https://fonts.googleapis.com/css2?family=a{}").status == 400


def test_rates_agree_with_each_other() -> None:
    dollars = told(ask("https://open.er-api.com/v6/latest/usd"))
    pounds = told(ask("https://open.er-api.com/v6/latest/GBP"))
    assert (dollars["result"], dollars["base_code"], dollars["rates"]["USD"]) == ("success", "USD", 1)
    assert dollars["rates"]["GBP"] * pounds["rates"]["USD"] == pytest.approx(1, abs=1e-4)
    assert dollars["time_next_update_unix"] - dollars["time_last_update_unix"] == 86_400
    assert told(ask("https://open.er-api.com/v6/latest/ZZZ"), 404)["error-type"] == "unsupported-code"
    found = told(ask("https://api.exchangerate.host/latest?base=USD&symbols=EUR,GBP"))
    assert (set(found["rates"]), found["base"]) == ({"EUR", "GBP"}, "USD")
    assert told(ask("https://api.exchangerate.host/latest?base=ZZZ"), 400)["success"] is False


def chatted(**more: Any) -> Answer:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Which questions?"}], **more}
    return ask("https://api.openai.com/v1/chat/completions", "POST", body, authorization="Bearer key")


def test_a_chat_is_answered_and_says_by_whom() -> None:
    body = told(chatted())
    [choice] = body["choices"]
    assert body["object"] == "chat.completion"
    assert (choice["message"]["role"], choice["finish_reason"]) == ("assistant", "stop")
    assert answers.LABEL in choice["message"]["content"]
    assert (
        body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"]
    )
    assert chatted() == chatted()


def test_json_is_json() -> None:
    plain = told(chatted(response_format={"type": "json_object"}))
    assert orjson.loads(plain["choices"][0]["message"]["content"])[answers.FIELD] == answers.LABEL
    schema = {
        "type": "object",
        "required": ["questions"],
        "properties": {
            "questions": {
                "type": "array",
                "items": {"type": "object", "properties": {"text": {"type": "string"}}},
            },
            "kind": {"enum": ["single", "multiple"]},
            "count": {"type": "integer"},
        },
    }
    formed = told(
        chatted(response_format={"type": "json_schema", "json_schema": {"name": "q", "schema": schema}})
    )
    content = orjson.loads(formed["choices"][0]["message"]["content"])
    assert content == {"questions": [{"text": "stand-in"}], "kind": "single", "count": 1}


def test_a_streamed_chat_is_the_same_text() -> None:
    lines = [line for line in chatted(stream=True).body.decode().split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    chunks = [orjson.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    text = "".join(each["choices"][0]["delta"].get("content", "") for each in chunks)
    assert text == told(chatted())["choices"][0]["message"]["content"]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("status", "method", "path", "body", "key"),
    [
        (401, "POST", "chat/completions", {}, ""),
        (400, "POST", "chat/completions", {"model": "x"}, "Bearer key"),
        (400, "POST", "chat/completions", [], "Bearer key"),
        (404, "POST", "images/generations", {}, "Bearer key"),
    ],
)
def test_what_the_model_refuses(status: int, method: str, path: str, body: Any, key: str) -> None:
    answer = ask(f"https://api.openai.com/v1/{path}", method, body, authorization=key)
    assert answers.LABEL in told(answer, status)["error"]["message"]
    assert (
        chat.answer(
            Asked("GET", "api.openai.com", "/v1/models", "", {"authorization": "Bearer k"}, b"", NOW)
        ).status
        == 200
    )


@pytest.mark.parametrize(
    ("url", "city"),
    [
        ("https://api.ipgeolocation.io/ipgeo?apiKey=x", "London"),
        ("https://ipinfo.io/json?token=x", "London"),
        ("https://ipinfo.io/198.51.100.7", "London"),
        ("https://ipapi.co/json/", "London"),
        ("https://ipapi.co/198.51.100.7/json/", "London"),
    ],
)
def test_everybody_is_in_london(url: str, city: str) -> None:
    assert told(ask(url))["city"] == city


def test_pictures_say_what_they_are() -> None:
    answer = ask("https://ui-avatars.com/api/?name=Ada")
    assert dict(answer.headers)["Content-Type"] == "image/svg+xml"
    assert answers.LABEL.encode() in answer.body


@pytest.mark.parametrize("host", sorted({host for each in ours.standins for host in each.hosts}))
def test_what_is_not_known_is_a_labelled_refusal(host: str) -> None:
    answer = ask(f"https://{host}/no/such/thing", "DELETE")
    assert answer.status in (401, 404)
    assert answers.FIELD.encode() in answer.body


def test_hosts_are_found_by_the_nearest_pattern() -> None:
    found = Hosts([("a.test", 1), ("*.a.test", 2), ("registry.*", 3), ("*.deep.a.test", 4)])
    names = (
        "a.test",
        "b.a.test",
        "c.b.a.test",
        "x.deep.a.test",
        "registry.anywhere.test",
        "b.test",
        "registry",
    )
    assert [found.find(name) for name in names] == [1, 2, 2, 4, 3, None, 3]
    assert isinstance(catalogue(), Catalogue)
