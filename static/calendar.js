// A message dragged to another day opens the form that moves it, where « Déplacer » leads too.
let dragged = null;
for (const post of document.querySelectorAll("[data-move]")) post.draggable = true;

const dayOf = (event) => dragged && event.target.closest("[data-day]");
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-move]") ?? null;
});
document.addEventListener("dragend", () => {
  dragged = null;
  document.querySelector(".cal-over")?.classList.remove("cal-over");
});
document.addEventListener("dragover", (event) => {
  const day = dayOf(event);
  if (!day) return;
  event.preventDefault();
  document.querySelector(".cal-over")?.classList.remove("cal-over");
  day.classList.add("cal-over");
});
document.addEventListener("drop", (event) => {
  const day = dayOf(event);
  if (!day) return;
  event.preventDefault();
  if (day !== dragged.closest("[data-day]")) location.assign(`${dragged.dataset.move}?jour=${day.dataset.day}`);
});
