// Images in the composer: too heavy is said before anything is sent; one removed goes at once.

const HEAVIEST = 20 * 1024 * 1024;

// In the capture phase: htmx must not see the choice of a file that would be refused.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.matches("input[type=file][data-too-heavy]")) return;
  const said = document.getElementById(`${field.id}-messages`);
  said.replaceChildren();
  field.parentElement.classList.remove("fr-upload-group--error");
  const heavy = [...field.files].find((file) => file.size > HEAVIEST);
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
  image.remove();
  document.getElementById(`files-${list.id.split("-")[1]}`).focus();
  changed(list);
});

// An image that came is part of the draft: preview and autosave are told.
document.addEventListener("htmx:afterSettle", (event) => {
  const list = event.detail.target;
  if (list?.matches?.(".desk-images__list")) changed(list);
});
