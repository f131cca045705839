// Shows one of Clerk's own components, as the account portal does.
const place = document.getElementById("component");
const portal = place.dataset.portal;

const shown = {
  "sign-in": (clerk) => clerk.mountSignIn(place, {
    routing: "hash",
    signUpUrl: `${portal}/sign-up`,
    fallbackRedirectUrl: `${portal}/default-redirect`,
  }),
  "sign-up": (clerk) => clerk.mountSignUp(place, {
    routing: "hash",
    signInUrl: `${portal}/sign-in`,
    fallbackRedirectUrl: `${portal}/default-redirect`,
  }),
  user: (clerk) => clerk.mountUserProfile(place, { routing: "hash" }),
  organization: (clerk) => clerk.mountOrganizationProfile(place, { routing: "hash" }),
  "create-organization": (clerk) => clerk.mountCreateOrganization(place, { routing: "hash" }),
  waitlist: (clerk) => clerk.mountWaitlist(place, { signInUrl: `${portal}/sign-in` }),
  "default-redirect": (clerk) => {
    for (const name of ["mountOrganizationSwitcher", "mountUserButton"]) {
      const part = place.appendChild(document.createElement("div"));
      clerk[name](part);
    }
  },
};

async function show() {
  const clerk = window.Clerk;
  const ui = window.__internal_ClerkUICtor;
  const after = { afterSignOutUrl: `${portal}/sign-in` };
  await clerk.load(ui ? { ...after, ui: { ClerkUI: ui } } : after);
  const component = place.dataset.component;
  const open = component === "sign-in" || component === "sign-up" || component === "waitlist";
  if (!open && !clerk.user) {
    window.location.assign(`${portal}/sign-in`);
  } else {
    shown[component](clerk);
  }
}

function fail() {
  document.getElementById("problem").hidden = false;
}

if (window.Clerk) {
  show().catch(fail);
} else {
  fail();
}
