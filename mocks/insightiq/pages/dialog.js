/* The Connect dialog: choose a platform, approve or deny, see what was connected. */
(() => {
  "use strict";

  const by = (id) => document.getElementById(id);
  const { base, invite } = document.body.dataset;
  const given = new URLSearchParams(location.hash.slice(1));
  const framed = window.parent !== window;
  let token = given.get("token") ?? "";
  let known = null;
  let platform = null;

  const tell = (connect, ...values) => {
    // Ids only: whoever opened this dialog may read them from the API.
    if (framed) window.parent.postMessage({ connect, values }, "*");
  };

  class Expired extends Error {}

  const ask = async (method, path, body) => {
    const answer = await fetch(`${base}/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
    if (answer.status === 401) throw new Expired();
    const told = answer.status === 204 ? null : await answer.json();
    if (!answer.ok) throw new Error(told?.error?.message ?? `status ${answer.status}`);
    return told;
  };

  const show = (...ids) => {
    for (const id of ["platforms", "form", "done", "back", "told"]) by(id).hidden = !ids.includes(id);
  };

  const leave = (reason) => {
    tell("exit", reason);
    if (!framed) {
      by("title").textContent = "You may close this window";
      show();
    }
  };

  const failed = (error) => {
    if (error instanceof Expired) {
      tell("tokenExpired");
      by("told").textContent = "The token has expired.";
      show("told");
      return;
    }
    by("told").textContent = error.message;
    by("told").hidden = false;
  };

  const guarded = (work) => async (event) => {
    event?.preventDefault?.();
    try {
      await work(event);
    } catch (error) {
      failed(error);
    }
  };

  const button = (text, work) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", guarded(work));
    return made;
  };

  const item = (...parts) => {
    const made = document.createElement("li");
    made.append(...parts);
    return made;
  };

  const label = (text) => {
    const made = document.createElement("span");
    made.textContent = text;
    return made;
  };

  const choose = (each) => {
    platform = each;
    by("title").textContent = `Connect ${each.name}`;
    by("form").reset();
    show("form", "back");
  };

  const list = async () => {
    known = await ask("GET", "session");
    by("title").textContent = "Connect your account";
    by("client").textContent = given.get("client") ? `${given.get("client")} asks for access.` : "";
    by("accounts").replaceChildren(...known.accounts.map((each) => item(
      label(`${each.work_platform.name}: ${each.platform_username}`),
      button("Disconnect", async () => {
        await ask("POST", "accounts/disconnect", { account_id: each.id });
        tell("accountDisconnected", each.id, each.work_platform.id);
        await list();
      }),
    )));
    by("list").replaceChildren(
      ...known.work_platforms.map((each) => item(button(each.name, () => choose(each)))),
    );
    show("platforms");
  };

  by("close").addEventListener("click", () => leave("EXIT_CONFIRMED"));
  by("back").addEventListener("click", guarded(async () => {
    if (given.get("platform")) leave("BACK_PRESSED");
    else await list();
  }));
  by("finish").addEventListener("click", () => leave("DONE_CLICKED"));
  by("deny").addEventListener("click", () => {
    tell("connectionFailure", "USER_DENIED", platform.id);
    leave("EXIT_CONFIRMED");
  });
  by("expire").addEventListener("click", guarded(async () => {
    await ask("POST", "token/expire");
    await list();
  }));
  by("form").addEventListener("submit", guarded(async () => {
    const fields = new FormData(by("form"));
    const made = await ask("POST", "accounts", {
      work_platform_id: platform.id,
      username: fields.get("username"),
      password: fields.get("password"),
    });
    by("connected").textContent = `${made.work_platform.name}: ${made.platform_username} is connected.`;
    show("done");
    tell("accountConnected", made.id, made.work_platform.id);
  }));

  guarded(async () => {
    if (invite) token = (await ask("POST", `invites/${invite}`)).sdk_token;
    await list();
    const only = known.work_platforms.find((each) => each.id === given.get("platform"));
    if (only) choose(only);
  })();
})();
