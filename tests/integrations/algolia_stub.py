"""An invented Algolia: indexes with settings, rules and records, and a search that knows organisations and substrings."""

from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.integrations.stubs import Answer, Call, Json, Stub, json_answer

STAMP = "2026-11-01T12:00:00.000Z"


def algolia_error(status: int, message: str) -> Answer:
    return json_answer({"message": message, "status": status}, status)


@dataclass
class AlgoliaStub(Stub):
    """Algolia; a record whose description says `huge` is too large."""

    records: dict[str, dict[str, Json]] = field(default_factory=dict)
    settings: dict[str, Json] = field(default_factory=dict)
    rules: dict[str, list[str]] = field(default_factory=dict)
    page: int = 1000

    def reply(self, call: Call) -> Answer:
        index, _, rest = call.path.removeprefix("/1/indexes/").partition("/")
        index = unquote(index)
        task = {"taskID": next(self.numbers), "updatedAt": STAMP}
        match call.method, rest.split("/"):
            case "PUT", ["settings"]:
                self.settings[index] = self.settings.get(index, {}) | call.json
                return json_answer(task)
            case "GET", ["settings"] if index in self.settings:
                return json_answer(self.settings[index])
            case "POST", ["browse"] if index in self.settings:
                return self._browse(index, call.json or {})
            case (_, ["browse"]) | ("GET", ["settings"]):
                return algolia_error(404, f"Index {index} does not exist")
            case "GET", ["task", _]:
                return json_answer({"status": "published", "pendingTask": False})
            case "POST", ["batch"]:
                return self._batch(index, call.json["requests"], task)
            case "POST", ["operation"]:
                return self._operate(index, call.json, task)
            case "POST", ["query"]:
                return self._search(index, call.json)
        raise AssertionError(f"unexpected {call.method} {call.path}")

    def _operate(self, index: str, wanted: Json, task: Json) -> Answer:
        if index not in self.settings:
            return algolia_error(404, f"Index {index} does not exist")
        target = wanted["destination"]
        if wanted["operation"] == "move":
            stores: list[Json] = [self.records, self.settings, self.rules]
            for held in stores:
                held.pop(target, None)
                if index in held:
                    held[target] = held.pop(index)
        else:
            assert wanted["scope"] == ["settings", "synonyms", "rules"]
            self.settings[target] = dict(self.settings[index])
            self.rules[target] = list(self.rules.get(index, ()))
        return json_answer(task)

    def _batch(self, index: str, requests: list[Json], task: Json) -> Answer:
        bodies = [request["body"] for request in requests]
        if any(body.get("description") == "huge" for body in bodies):
            return algolia_error(400, "Record is too big")
        held = self.records.setdefault(index, {})
        for request, body in zip(requests, bodies, strict=True):
            if request["action"] == "deleteObject":
                held.pop(body["objectID"], None)
            else:
                held[body["objectID"]] = body
        return json_answer({"taskID": task["taskID"], "objectIDs": [body["objectID"] for body in bodies]})

    def _browse(self, index: str, params: Json) -> Answer:
        held = list(self.records.get(index, {}).values())
        start = int(params.get("cursor", 0))
        page = {"hits": held[start : start + self.page], "nbHits": len(held), "page": 0, "nbPages": 1}
        more = {"cursor": str(start + self.page)} if start + self.page < len(held) else {}
        demanded = {"hitsPerPage": self.page, "processingTimeMS": 1, "query": "", "params": ""}
        return json_answer(page | more | demanded)

    def _search(self, index: str, params: Json) -> Answer:
        if "facetFilters" not in params:
            if index not in self.settings:
                return algolia_error(404, f"Index {index} does not exist")
            params = params | {"page": 0}
            return self._found(list(self.records.get(index, {}).values()), params)
        [[own]] = params["facetFilters"]
        name, _, organisation = own.partition(":")
        facets = self.settings.get(index, {}).get("attributesForFaceting", [])
        found = [
            record | {"_highlightResult": {}}
            for record in self.records.get(index, {}).values()
            if record[name] == organisation
            and f"filterOnly({name})" in facets
            and params["query"].lower() in str(record).lower()
        ]
        return self._found(found, params)

    def _found(self, found: list[Json], params: Json) -> Answer:
        return json_answer(
            {
                "hits": found,
                "nbHits": len(found),
                "page": params["page"],
                "nbPages": 1,
                "hitsPerPage": params["hitsPerPage"],
                "processingTimeMS": 1,
                "query": params["query"],
                "params": "",
                "exhaustiveNbHits": True,
            }
        )
