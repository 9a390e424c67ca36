// The crop of an image: what is kept is drawn as the numbers say, moved and sized with the pointer.

const form = document.getElementById("crop");
const svg = form.querySelector("svg");
const [kept, leftOut, corner] = ["kept", "left-out", "corner"].map((name) => svg.querySelector(`.desk-crop__${name}`));
const field = (name) => form.elements[name];
const whole = svg.viewBox.baseVal;

function draw() {
  const [left, top, width, height] = ["left", "top", "width", "height"].map((name) => Number(field(name).value) || 0);
  const box = { x: left, y: top, width, height };
  for (const [name, value] of Object.entries(box)) kept.setAttribute(name, Math.max(value, 0));
  const around = `M0 0H${whole.width}V${whole.height}H0Z`;
  leftOut.setAttribute("d", `${around}M${left} ${top}h${width}v${height}h${-width}Z`);
  // A corner to take hold of, as large on every image, and inside of it.
  const radius = 14 / svg.getScreenCTM().a;
  corner.setAttribute("r", radius);
  corner.setAttribute("cx", left + width - radius);
  corner.setAttribute("cy", top + height - radius);
  return box;
}
form.addEventListener("input", draw);
window.addEventListener("resize", draw);
draw();

const between = (least, value, most) => Math.round(Math.min(Math.max(value, least), most));
const set = (values) => {
  for (const [name, value] of Object.entries(values)) field(name).value = value;
  draw();
};

svg.addEventListener("pointerdown", (down) => {
  if (down.target !== kept && down.target !== corner) return;
  down.preventDefault();
  svg.setPointerCapture(down.pointerId);
  const start = draw();
  const scale = 1 / svg.getScreenCTM().a;
  const least = Number(field("width").min);
  const move = (event) => {
    const [dx, dy] = [(event.clientX - down.clientX) * scale, (event.clientY - down.clientY) * scale];
    if (down.target === corner) {
      set({
        width: between(least, start.width + dx, whole.width - start.x),
        height: between(least, start.height + dy, whole.height - start.y),
      });
    } else {
      set({
        left: between(0, start.x + dx, whole.width - start.width),
        top: between(0, start.y + dy, whole.height - start.height),
      });
    }
  };
  svg.addEventListener("pointermove", move);
  svg.addEventListener("lostpointercapture", () => svg.removeEventListener("pointermove", move), { once: true });
});
