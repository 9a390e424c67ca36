// « Activer les avis sur cet appareil »: the browser asks, its subscription goes into a plain form.
const device = document.getElementById("push-form");
const state = document.getElementById("push-state");
const say = (name) => {
  state.textContent = state.dataset[name];
};
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

async function subscribe() {
  const worker = await navigator.serviceWorker.register(device.dataset.worker);
  await navigator.serviceWorker.ready;
  const wanted = { userVisibleOnly: true, applicationServerKey: bytes(device.dataset.key) };
  // One made with an older key is of no use any more.
  const old = await worker.pushManager.getSubscription();
  await old?.unsubscribe();
  const { endpoint, keys } = (await worker.pushManager.subscribe(wanted)).toJSON();
  Object.entries({ endpoint, ...keys }).forEach(([name, value]) => {
    if (device.elements[name]) device.elements[name].value = value;
  });
  device.requestSubmit();
}

if (device && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  device.hidden = false;
  device.querySelector("[data-ask]").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      if ((await Notification.requestPermission()) !== "granted") say("denied");
      else await subscribe();
    } catch {
      say("failed");
    }
    button.disabled = false;
  });
} else if (device) {
  say("unable");
}
