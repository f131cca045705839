"""A person signs up and founds an organisation."""

from __future__ import annotations

from demo.journey import Journey, check, step

FIRST, LAST = "Ada", "Quill"
ADDRESS = "ada@northlight.test"
ORGANISATION = "Northlight Studio"


@step("clerk")
def sign_up(journey: Journey) -> str:
    """A person signs up at Clerk, and the platform hears of it by webhook."""
    clerk = journey.stage.world.client("clerk")
    user = clerk.users.create(
        email_address=[ADDRESS], first_name=FIRST, last_name=LAST, skip_password_requirement=True
    )
    journey.person = user.id
    journey.settle()
    subject = journey.delivered("signed_up", ADDRESS)
    return f"user.created made {user.id} known to the platform; “{subject}” was delivered"


@step("clerk")
def found(journey: Journey) -> str:
    """They found an organisation, and are its admin on the platform."""
    clerk = journey.stage.world.client("clerk")
    made = clerk.organizations.create(request={"name": ORGANISATION, "created_by": journey.person})
    rival = clerk.organizations.create(request={"name": "Rival & Sons", "created_by": journey.person})
    journey.organisation, journey.rival = made.id, rival.id
    delivered = journey.settle()
    (user,) = journey.app("GET", f"/organisations/{made.id}/users")
    check(user["email"] == ADDRESS, f"its member is {user}")
    return f"{delivered} signed deliveries so far; {made.id} has {user['name']} as its member"


@step("clerk")
def session(journey: Journey) -> str:
    """A session token of Clerk's opens the platform."""
    clerk = journey.stage.world.client("clerk")
    session = clerk.sessions.create(
        request={"user_id": journey.person, "active_organization_id": journey.organisation}
    )
    token = clerk.sessions.create_token(session_id=session.id).jwt
    answer = journey.stage.app.get("/me", headers={"Authorization": f"Bearer {token}"})
    check(answer.is_success, f"/me answered {answer.status_code}: {answer.text}")
    told = answer.json()
    check(journey.organisation in told.values(), f"/me says {told}")
    forged = journey.stage.app.get("/me", headers={"Authorization": f"Bearer {token[:-8]}AAAAAAAA"})
    check(forged.status_code == 401, f"a forged token was answered with {forged.status_code}")
    return "GET /me knows person and organisation by the RS256 token; a forged one is refused"
