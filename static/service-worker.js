// Shows the notices that the browser's push service brings, and opens their page.

// The act, the account and a path of ours: nothing else is shown, whatever else came.
function read(event) {
  try {
    const { kind, account, path, tag, urgent } = event.data.json();
    const text = (value) => (typeof value === "string" ? value.slice(0, 200) : "");
    return { kind: text(kind), account: text(account), path: text(path), tag: text(tag), urgent: urgent === true };
  } catch {
    return { kind: "", account: "", path: "/avis", tag: "notice", urgent: false };
  }
}

// Never another site's page.
function ours(path) {
  const url = new URL(path || "/avis", self.location.origin);
  return url.origin === self.location.origin ? url.href : self.location.origin + "/avis";
}

self.addEventListener("push", (event) => {
  const { kind, account, path, tag, urgent } = read(event);
  const options = { body: account, tag, data: { path }, requireInteraction: urgent };
  event.waitUntil(self.registration.showNotification(kind || "policetweets", options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(ours(event.notification.data?.path)));
});
