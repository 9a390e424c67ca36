// The debate of a draft: words of the text are quoted by selecting them, a thread is answered in place.

const form = document.getElementById("debate");
const about = document.getElementById("id_about");
const quote = document.getElementById("id_quote");
const start = document.getElementById("id_start");
const body = document.getElementById("id_body");

function specify(value) {
  about.value = value;
  about.closest("details").open = true;
}

// Without JavaScript one chooses the thread in the list.
const offerAnswers = () => {
  for (const button of document.querySelectorAll("[data-answer]")) button.hidden = false;
};
offerAnswers();
document.addEventListener("htmx:afterSwap", offerAnswers);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-answer]");
  if (!button) return;
  const { answer } = button.dataset;
  if (![...about.options].some((option) => option.value === answer)) {
    about.add(new Option(button.textContent.trim().replace(/\s+/g, " "), answer));
  }
  specify(answer);
  if (quote) quote.value = start.value = "";
  body.focus();
});

// What the text says between its beginning and a point in it: a link is shown shorter than it is
// written, and a note of ours is not of the text.
function writtenBefore(text, node, offset) {
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(node, offset);
  const before = range.cloneContents();
  for (const element of before.querySelectorAll("[data-written]")) element.replaceWith(element.dataset.written);
  return before.textContent;
}

// The whole of what the selection touches of a link.
function around(node, edge) {
  const element = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-written]");
  if (!element) return null;
  const siblings = [...element.parentNode.childNodes];
  return [element.parentNode, siblings.indexOf(element) + (edge === "end" ? 1 : 0)];
}

const offer = document.getElementById("quote-button");
let selected = null;
function readSelection() {
  const selection = document.getSelection();
  selected = null;
  if (selection.rangeCount && !selection.isCollapsed) {
    const range = selection.getRangeAt(0);
    const common = range.commonAncestorContainer;
    const text = (common.nodeType === Node.TEXT_NODE ? common.parentElement : common).closest("#quotable .tweet-text");
    if (text) {
      const before = writtenBefore(text, ...(around(range.startContainer, "start") ?? [range.startContainer, range.startOffset]));
      const until = writtenBefore(text, ...(around(range.endContainer, "end") ?? [range.endContainer, range.endOffset]));
      const words = until.slice(before.length);
      const blanks = words.length - words.trimStart().length;
      if (words.trim()) {
        selected = {
          words: words.trim(),
          start: [...before].length + blanks,
          position: text.closest("[data-position]").dataset.position,
        };
      }
    }
  }
  offer.hidden = !selected;
}
if (offer) {
  document.addEventListener("selectionchange", readSelection);
  // The button would take the selection away before its click.
  offer.addEventListener("mousedown", (event) => event.preventDefault());
  offer.querySelector("button").addEventListener("click", () => {
    if (!selected) return;
    const message = `m${selected.position}`;
    quote.value = selected.words;
    start.value = selected.start;
    specify([...about.options].some((option) => option.value === message) ? message : "");
    document.getSelection().removeAllRanges();
    body.focus();
  });
}

// Whom one may mention is proposed while « @ » and the beginning of a name stand before the caret.
const names = document.getElementById("names");
if (names) {
  const said = document.getElementById("names-said");
  const options = [...names.children];
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/’/g, "'").toLowerCase();
  const shown = () => options.filter((option) => !option.hidden);
  body.setAttribute("aria-autocomplete", "list");
  body.setAttribute("aria-controls", names.id);

  // What is typed of a name, with the place of its « @ ».
  function begun() {
    const typed = body.value.slice(0, body.selectionStart).match(/(?<![\p{L}\p{N}_])@([^@\n]{0,60})$/u);
    return typed && { at: typed.index, name: fold(typed[1]) };
  }
  function point(option) {
    for (const one of options) one.setAttribute("aria-selected", String(one === option));
    if (option) body.setAttribute("aria-activedescendant", option.id);
    else body.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }
  function close() {
    names.hidden = true;
    said.textContent = "";
    point(null);
  }
  function propose() {
    const typed = begun();
    for (const option of options) {
      const name = fold(option.textContent);
      option.hidden = !typed || !` ${name}`.includes(` ${typed.name}`) || name === typed.name;
    }
    if (!shown().length) return close();
    if (names.hidden) said.textContent = said.dataset.how;
    names.hidden = false;
    point(shown()[0]);
  }
  function take(option) {
    const { at } = begun();
    const name = `@${option.textContent} `;
    const rest = body.value.slice(body.selectionStart).replace(/^ /, "");
    body.value = body.value.slice(0, at) + name + rest;
    body.setSelectionRange(at + name.length, at + name.length);
    close();
    body.focus();
  }
  body.addEventListener("input", propose);
  body.addEventListener("blur", close);
  body.addEventListener("keydown", (event) => {
    if (names.hidden || event.isComposing) return;
    const listed = shown();
    const place = listed.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) point(listed[(place + moves[event.key] + listed.length) % listed.length]);
    else if (event.key === "Enter") take(listed[place]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  // The field would lose the focus, and the list close, before the click.
  names.addEventListener("mousedown", (event) => event.preventDefault());
  names.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}
