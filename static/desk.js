// The composer and the page of a draft: what is typed is never lost, what is read stays in place.

const composer = document.getElementById("composer");

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers } = event.detail;
  if (event.detail.parameters.has?.("csrfmiddlewaretoken")) event.detail.parameters.delete("csrfmiddlewaretoken");
  // The element remembers what it last showed, so that the server can answer « unchanged ».
  if (elt.dataset.etag) headers["If-None-Match"] = elt.dataset.etag;
  if (document.hidden) headers["Page-Hidden"] = "yes";
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 304) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const tag = event.detail.xhr.getResponseHeader("ETag");
  if (tag && event.detail.elt.dataset.etag !== undefined) event.detail.elt.dataset.etag = tag;
});

// Who else reads or writes: who stays is not touched, so that a screen reader says who comes, once.
const presence = document.getElementById("presence");
document.addEventListener("presence", ({ detail: { people } }) => {
  for (const item of [...presence.children]) if (!people.includes(item.textContent)) item.remove();
  const shown = [...presence.children].map((item) => item.textContent);
  for (const words of people.filter((one) => !shown.includes(one))) {
    const item = document.createElement("li");
    item.textContent = words;
    presence.append(item);
  }
});

if (composer) {
  const saver = document.getElementById("saver");
  const preview = document.getElementById("preview");
  let saving = 0;
  let wanted = null; // the button of a submission that waits for the server to be found well
  let answered = false;
  let leaving = false;

  window.addEventListener("pageshow", () => {
    leaving = false;
    // The browser, or the end of the session, has put back another text than the page was made of.
    const restored = [...composer.querySelectorAll("textarea")].find((area) => area.value !== area.defaultValue);
    restored?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const say = (id, shown) => (document.getElementById(id).hidden = !shown);

  function goOn() {
    if (!wanted || !answered || saving) return;
    const button = wanted;
    composer.dataset.asked = "yes";
    wanted = null;
    leaving = true;
    composer.requestSubmit(button.isConnected ? button : undefined);
  }

  // A form is sent only once the session is known to stand: a sign-in page would eat the text.
  composer.addEventListener("submit", (event) => {
    if (composer.dataset.asked) {
      delete composer.dataset.asked;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (wanted) return;
    wanted = event.submitter ?? composer.querySelector("button[name=act]");
    answered = false;
    htmx.trigger(preview, "flush");
  });

  // « Enregistré » is taken back as soon as a save fails, and the save is tried again.
  let again;
  function notSaved(status) {
    const why = status === 401 ? "signed-out" : status === 0 || status >= 500 ? "unreachable" : "refused";
    const place = document.getElementById("not-saved");
    const last = document.querySelector("#saved [data-saved-at]")?.dataset.savedAt;
    if (last) {
      place.querySelector("#last-saved > span").textContent = last;
      say("last-saved", true);
    }
    for (const reason of place.querySelectorAll("[data-why]")) reason.hidden = reason.dataset.why !== why;
    place.hidden = false;
    document.getElementById("saved").replaceChildren();
    clearTimeout(again);
    if (why !== "refused") again = setTimeout(() => htmx.trigger(saver, "again"), 10_000);
  }
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id === "saved") say("not-saved", false);
    // The page does not jump to the same message each time.
    else if (detail.requestConfig.triggeringEvent?.type === "again") detail.shouldSwap = false;
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id === "moved-on" && (wanted || leaving)) event.preventDefault();
    if (event.detail.elt !== saver) return;
    // The submission that is under way carries the same text.
    if (wanted || leaving) event.preventDefault();
    else saving += 1;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (elt === saver) saving -= 1;
    // What the save itself answers stands in its own place.
    const elsewhere = xhr.status === 0 || xhr.getResponseHeader("HX-Retarget");
    if (elt === saver && elsewhere && !leaving) notSaved(xhr.status);
    // A preview that a newer one replaces has no status either, and is no failure.
    if (xhr.status !== 0 && (elt === preview || elt === saver)) say("no-answer", xhr.status >= 500);
    if (elt === preview && xhr.status >= 400) wanted = null;
    if (elt === preview && xhr.status === 200) answered = true;
    goOn();
  });
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, () => {
      wanted = null;
      say("no-answer", true);
    });
  }

  // Ctrl+Enter submits, as its button does.
  composer.addEventListener("keydown", (event) => {
    const submit = composer.querySelector("button[value=submit]");
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !submit) return;
    event.preventDefault();
    composer.requestSubmit(submit);
  });

  // While the server does not answer, the text is also kept in this browser, for the same person;
  // it is put back on return, or shown beside a text that somebody changed meanwhile.
  const copy = `unsaved:${document.body.dataset.person}:${location.pathname}`;
  const version = composer.querySelector("[name=version]");
  const areas = () => [...composer.querySelectorAll("textarea[name=text]")];
  const keep = () => {
    const texts = areas().map((area) => area.value);
    localStorage.setItem(copy, JSON.stringify({ version: version.value, texts }));
  };
  let away = false;
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (elt !== saver) return;
    away = xhr.status === 0 || xhr.status >= 500;
    if (away) keep();
    else if (xhr.status === 200) localStorage.removeItem(copy);
  });
  composer.addEventListener("input", () => away && keep());
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("unsaved:") && !key.startsWith(`unsaved:${document.body.dataset.person}:`)) {
      localStorage.removeItem(key); // somebody else's, on the same machine
    }
  }
  const kept = JSON.parse(localStorage.getItem(copy) ?? "null");
  if (kept && kept.texts.some((text, i) => text !== areas()[i]?.value)) giveBack(kept);
  localStorage.removeItem(copy);

  function giveBack({ version: then, texts }) {
    const back = document.getElementById("kept-back");
    const same = then === version.value && texts.length === areas().length;
    back.querySelector(same ? "[data-same]" : "[data-other]").hidden = false;
    texts.forEach((text, i) => {
      if (same) {
        areas()[i].value = text;
        areas()[i].dispatchEvent(new Event("input", { bubbles: true }));
        return;
      }
      const area = document.createElement("textarea");
      Object.assign(area, { className: "fr-input fr-mt-1w", rows: 4, readOnly: true, value: text });
      area.setAttribute("aria-label", back.querySelector("[data-other]").textContent.trim());
      back.append(area);
    });
    back.hidden = false;
  }

  // What was refused was said of another text: what is wrong with this one is among the findings.
  composer.addEventListener("input", ({ target: field }) => {
    if (!field.hasAttribute("aria-invalid")) return;
    field.removeAttribute("aria-invalid");
    field.closest(".fr-input-group--error")?.classList.remove("fr-input-group--error");
    for (const id of field.getAttribute("aria-describedby")?.split(" ") ?? []) {
      const place = document.getElementById(id);
      if (place?.matches(".fr-messages-group")) place.replaceChildren();
    }
    const problems = document.getElementById("error-summary");
    problems?.querySelector(`a[href="#${field.id}"]`)?.closest("li").remove();
    const left = problems?.querySelectorAll("li").length;
    if (!left) problems?.remove();
    else if (left === 1) problems.firstElementChild.textContent = problems.dataset.one;
    else problems.firstElementChild.textContent = problems.firstElementChild.textContent.replace(/\d+/, left);
  });

  // What one cannot see change is said once the typing pauses, and only when it is new.
  const spoken = document.getElementById("spoken");
  const worthSaying = () =>
    [...composer.querySelectorAll(".desk-count--told, .desk-finding__said")]
      .map((element) => element.textContent.trim().replace(/\s+/g, " "))
      .join(" ");
  let known = worthSaying();
  let pause;
  document.addEventListener("htmx:afterSettle", () => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      if (worthSaying() === known) return;
      known = worthSaying();
      spoken.textContent = known || spoken.dataset.nothing;
    }, 1000);
  });

  // Browsers without « field-sizing » grow the text area here.
  const grow = (area) => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  if (!CSS.supports("field-sizing", "content")) {
    composer.querySelectorAll("textarea").forEach(grow);
    composer.addEventListener("input", (event) => event.target.matches("textarea") && grow(event.target));
  }
}

// One tap ticks the points that every text has, once each of them has been on screen; which of the
// reviewers did so is said in the debate. The points that this very text calls for are not among them.
const common = document.querySelector("[data-common]");
if (common) {
  const together = common.querySelector("[data-together]");
  const unread = new Set(common.querySelectorAll(".fr-checkbox-group"));
  const reader = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) unread.delete(target);
      together.hidden = unread.size > 0;
    },
    { threshold: 0.9 },
  );
  unread.forEach((point) => reader.observe(point));
  // Of an urgent text that calls for no point of its own, a second button approves as well.
  for (const button of together.querySelectorAll("button"))
    button.addEventListener("click", () => {
      for (const box of common.querySelectorAll("[type=checkbox]")) box.checked = true;
      common.querySelector("[name=together]").value = "yes";
      together.querySelector("[role=status]").textContent = together.dataset.done;
    });
}

// A publication's page says aloud what became of it, once for each change and not each second.

const place = document.getElementById("publication");
if (place) {
  const said = () => place.querySelector("[data-said]");
  let last = said()?.dataset.said;
  place.addEventListener("htmx:afterSwap", () => {
    const now = said();
    if (!now || now.dataset.said === last) return;
    last = now.dataset.said;
    document.getElementById("publication-said").textContent = now.textContent;
  });
}
