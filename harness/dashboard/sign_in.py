"""Where the server has a token: a browser shows it once, and then by a cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from harness import realtime
from harness.control.guard import COOKIE, cookie_value
from harness.dashboard import assets
from harness.dashboard.security import SameOrigin
from harness.dashboard.showing import ROOT, templates
from harness.runtime import Runtime

router = APIRouter(prefix="/-/sign-in")
DAYS = 30


@router.get("")
async def show() -> HTMLResponse:
    """Ask for the token."""
    return _page(wrong=False)


@router.post("")
async def sign_in(request: Request, _: SameOrigin, token: Annotated[str, Form(max_length=1000)]) -> Response:
    """Take the token, and keep in the browser what proves that it was given."""
    runtime: Runtime = request.app.state.runtime
    expected = runtime.settings.token
    if expected is not None and not realtime.same_secret(token.strip(), expected):
        return _page(wrong=True)
    answer = RedirectResponse(f"{ROOT}/", 303)
    if expected is not None:
        answer.set_cookie(
            COOKIE,
            cookie_value(expected),
            max_age=DAYS * 86_400,
            path="/_greenroom",
            httponly=True,
            samesite="strict",
        )
    return answer


def _page(*, wrong: bool) -> HTMLResponse:
    content = templates().get_template("sign_in.html").render(files=assets.addresses(), wrong=wrong)
    return HTMLResponse(content, 403 if wrong else 200)
