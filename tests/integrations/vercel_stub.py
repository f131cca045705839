"""An invented Vercel: the variables of one project."""

from dataclasses import dataclass, field

from tests.integrations.stubs import Answer, Call, Json, Stub, json_answer


def vercel_error(status: int, code: str) -> Answer:
    return json_answer({"error": {"code": code, "message": f"invented {code}"}}, status)


@dataclass
class VercelStub(Stub):
    """Vercel; `refused` are names of variables that cannot be changed, `lost` how many answers about one get lost."""

    variables: dict[str, Json] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    lost: dict[str, int] = field(default_factory=dict)

    def hold(self, key: str, value: str, *target: str, kind: str = "encrypted") -> str:
        """Let the project have a variable; return its id."""
        id = f"env{next(self.numbers)}"
        self.variables[id] = {"id": id, "key": key, "value": value, "type": kind, "target": list(target)}
        return id

    def values(self, target: str) -> dict[str, str]:
        """What a deployment to an environment would get."""
        return {each["key"]: each["value"] for each in self.variables.values() if target in each["target"]}

    def reply(self, call: Call) -> Answer:
        assert call.query["teamId"] == "team_invented"
        assert call.headers["authorization"] == "Bearer inventedtoken00000000000"
        match call.method, call.path.split("/")[3:]:
            case "GET", ["prj_invented", "env"]:
                return json_answer({"envs": [self._shown(each) for each in self.variables.values()]})
            case "GET", ["prj_invented", "env", id]:
                return json_answer(self._shown(self.variables[id]))
            case "POST", ["prj_invented", "env"]:
                if call.json["key"] in self.refused:
                    return vercel_error(403, "forbidden")
                same = [
                    id
                    for id, each in self.variables.items()
                    if (each["key"], each["target"]) == (call.json["key"], call.json["target"])
                ]
                id = (
                    same[0]
                    if same
                    else self.hold(call.json["key"], "", *call.json["target"], kind=call.json["type"])
                )
                self.variables[id]["value"] = call.json["value"]
                created = json_answer({"created": self._shown(self.variables[id]), "failed": []}, 201)
                return self._answered(call.json["key"], created)
            case "PATCH", ["prj_invented", "env", id]:
                if self.variables[id]["key"] in self.refused:
                    return vercel_error(403, "forbidden")
                self.variables[id]["value"] = call.json["value"]
                return self._answered(self.variables[id]["key"], json_answer(self._shown(self.variables[id])))
            case "DELETE", ["prj_invented", "env", id]:
                if self.variables.pop(id, None) is None:
                    return vercel_error(404, "not_found")
                return json_answer({})
        raise AssertionError(f"{call.method} {call.path}")

    def _answered(self, key: str, answer: Answer) -> Answer:
        if not self.lost.get(key):
            return answer
        self.lost[key] -= 1
        return vercel_error(504, "gateway_timeout")

    @staticmethod
    def _shown(variable: Json) -> Json:
        hidden = variable["type"] == "sensitive"
        return variable | {"value": "" if hidden else variable["value"], "decrypted": not hidden}
