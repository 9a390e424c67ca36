// Images, GIFs and videos in the composer.

// What is too heavy is said before anything is sent; an image removed goes at once.

const HEAVIEST = 20 * 1024 * 1024;

// In the capture phase: htmx must not see the choice of a file that would be refused.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.matches("input[type=file][data-too-heavy]")) return;
  const said = document.getElementById(`${field.id}-messages`);
  said.replaceChildren();
  field.parentElement.classList.remove("fr-upload-group--error");
  const heavy = [...field.files].find((file) => file.size > (field.dataset.heaviest ?? HEAVIEST));
  if (!heavy) return;
  event.stopImmediatePropagation();
  field.value = "";
  const words = document.createElement("p");
  words.className = "fr-message fr-message--error";
  words.textContent = `${heavy.name} · ${field.dataset.tooHeavy}`;
  said.append(words);
  field.parentElement.classList.add("fr-upload-group--error");
}, true);

const changed = (list) => list.dispatchEvent(new Event("input", { bubbles: true }));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-drop-image]");
  if (!button) return;
  event.preventDefault();
  const image = button.closest("[data-image]");
  const list = image.parentElement;
  offerUndo(image, list);
  changed(list);
});

// The image waits where it stood until one goes on: « Annuler » puts it back.
function offerUndo(image, list) {
  const undo = document.getElementById("undo-image").content.firstElementChild.cloneNode(true);
  image.replaceWith(undo);
  const button = undo.querySelector("button");
  button.addEventListener("click", () => {
    undo.replaceWith(image);
    image.querySelector("textarea").focus();
    changed(list);
  });
  button.focus();
}

// Images that are pasted into a text, or dropped on its message, are chosen as by the field.
function choose(part, files) {
  const images = [...files].filter((file) => file.type.startsWith("image/"));
  const field = part?.querySelector("input[type=file][multiple]");
  if (!field || !images.length) return false;
  const chosen = new DataTransfer();
  for (const image of images) chosen.items.add(image);
  field.files = chosen.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}
document.addEventListener("paste", (event) => {
  if (event.clipboardData.types.includes("text/plain")) return; // words, with their picture
  if (choose(event.target.closest?.(".desk-part"), event.clipboardData.files)) event.preventDefault();
});
document.addEventListener("dragover", (event) => {
  const part = event.target.closest?.(".desk-part");
  if (part && event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (choose(event.target.closest?.(".desk-part"), event.dataTransfer.files)) event.preventDefault();
});

// What came is part of the draft: preview and autosave are told.
document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.detail.target;
  if (place?.matches?.(".desk-images__list")) changed(place);
  if (place?.matches?.(".desk-captions")) changed(document.getElementById(place.id));
});

// What few messages need is loaded when it is first used.
for (const group of document.querySelectorAll("[data-video]")) {
  let field;
  group.querySelector("input").addEventListener("change", async () => {
    const { VideoField } = await import(group.dataset.module);
    field ??= new VideoField(group);
    field.choose();
  });
  group.querySelector("button").addEventListener("click", () => field?.stop?.abort());
}

let emojis;
for (const button of document.querySelectorAll("[data-emojis]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (emojis) return; // it listens by itself
    emojis = import(button.dataset.module);
    (await emojis).open(button);
  });
}
