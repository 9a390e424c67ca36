// The little that pages need beyond the State's design system and htmx.

// « Back » keeps what was typed, which a fresh load of the same page would not.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-back]");
  if (link && history.length > 1) {
    event.preventDefault();
    history.back();
  }
});

// What is wrong is read first, and a click on it goes to the field.
const summary = document.getElementById("error-summary");
summary?.focus();
summary?.scrollIntoView({ block: "start" });

// A form sent twice by a double click is sent once, unless it gives a file.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches("[hx-post], [data-download]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Copies the text of the field that the button names.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
  button.textContent = button.dataset.copied;
});

// Filters that apply as soon as they change.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// Signing in again in another tab changes the token: the cookie has the present one. Whose page it
// is goes with all that it sends: nothing is done in the name of another person.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
const { person } = document.body.dataset;
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.method !== "post") return;
  if (token() && formData.has("csrfmiddlewaretoken")) formData.set("csrfmiddlewaretoken", token());
  if (person) formData.set("typed_by", person);
});
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (token()) detail.headers["X-CSRFToken"] = token();
  if (person) detail.headers["X-Typed-By"] = person;
});

// The end of the session is said once, and no longer when one has signed in again.
const signedOut = () => document.querySelector(".app-signed-out");
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.getResponseHeader("HX-Reselect") && signedOut()) detail.shouldSwap = false;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) signedOut()?.remove();
});

// What was typed before the session ended waits in this tab, and is put back for the same person.
const unsent = document.querySelector("[data-typed-action]");
if (unsent?.dataset.typedBy) {
  const texts = [...unsent.querySelectorAll("textarea")].map((area) => [area.dataset.name, area.value]);
  const { typedAction: action, typedBy: by, typedPage: page } = unsent.dataset;
  sessionStorage.setItem("typed", JSON.stringify({ action, by, page, texts }));
}
const pathOf = (url) => new URL(url, location.href).pathname;
const sendsTo = (form, path) =>
  form.method === "post" &&
  (pathOf(form.action) === path ||
    [...form.elements].some((button) => button.hasAttribute("formaction") && pathOf(button.formAction) === path));

function putBack({ action, page, texts }) {
  const form = [...document.forms].find((one) => sendsTo(one, action));
  if (!form && pathOf(page) !== location.pathname) return;
  const back = document.getElementById("typed-back");
  const places = {};
  for (const [name, text] of texts) {
    places[name] ??= form ? [...form.elements].filter((field) => field.name === name) : [];
    const field = places[name].shift();
    if (field && (!field.value.trim() || field.value === text)) {
      field.value = text;
      field.closest("details")?.setAttribute("open", "");
      continue;
    }
    // It has no place any more, or there is another text: it can be copied.
    const area = document.createElement("textarea");
    Object.assign(area, { className: "fr-input fr-mt-1w", rows: 4, readOnly: true, value: text });
    area.setAttribute("aria-label", back.textContent.trim());
    back.append(area);
  }
  back.hidden = false;
  sessionStorage.removeItem("typed");
}
const waiting = JSON.parse(sessionStorage.getItem("typed") ?? "null");
if (waiting && person && !unsent) {
  if (waiting.by === person) putBack(waiting);
  else sessionStorage.removeItem("typed");
}
