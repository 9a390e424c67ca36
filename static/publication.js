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
