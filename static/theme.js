// Before anything is shown: the theme that this browser's reader chose, or the system's.

let chosen = null;
try {
  chosen = localStorage.getItem("scheme"); // as the design system's own script keeps it
} catch {
  // Storage is off: the system's.
}
const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset.frTheme = dark ? "dark" : "light";
