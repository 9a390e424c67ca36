// A video goes up piece by piece. After a lost network the server says how far it came, and the rest
// follows; the same file chosen again after the page was left goes on too.

const HEAVIEST_VIDEO = 512_000_000;
const PAUSES = [1_000, 2_000, 5_000, 10_000];

class Refused extends Error {}

export class VideoField {
  constructor(group) {
    this.group = group;
    this.words = group.dataset;
    this.input = group.querySelector("input[type=file]");
    this.way = group.querySelector(".desk-video__way");
    this.list = document.getElementById(`images-${this.words.part}`);
  }

  say(text, percent) {
    const place = this.group.querySelector("[role=status]");
    const said = text.replace("{percent}", percent);
    if (place.textContent !== said) place.textContent = said;
  }

  refuse(text) {
    const place = this.group.querySelector("[role=alert]");
    const words = document.createElement("p");
    words.className = "fr-message fr-message--error";
    words.textContent = text;
    place.replaceChildren(...(text ? [words] : []));
    this.group.classList.toggle("fr-upload-group--error", Boolean(text));
  }

  show(received, size) {
    const percent = Math.floor((100 * received) / size);
    this.way.querySelector("progress").value = percent;
    // Every twentieth part: a screen reader would say nothing else.
    this.say(this.words.sending, percent - (percent % 5));
    this.percent = percent;
  }

  async ask(path, options = {}) {
    const token = document.querySelector("#composer [name=csrfmiddlewaretoken]").value;
    const answer = await fetch(path, {
      ...options,
      signal: this.stop.signal,
      redirect: "manual",
      headers: { ...options.headers, "X-CSRFToken": token },
    });
    if (answer.ok) return answer;
    // To the sign-in page: what was received waits, the text is kept by the page.
    if (answer.type === "opaqueredirect") throw new Refused(this.words.failed);
    const json = answer.headers.get("Content-Type")?.startsWith("application/json");
    const said = json ? await answer.json() : {};
    // What the server says of the file is said; of pieces out of step it is asked where it stands.
    if (answer.status < 500 && said.code !== "piece_out_of_step" && said.code !== "images_busy") {
      throw new Refused(said.sentence ?? this.words.failed);
    }
    throw new Error(answer.status);
  }

  // Tries until it is done, is refused, or somebody stops it.
  async surely(act) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await act();
      } catch (error) {
        if (error instanceof Refused || this.stop.signal.aborted) throw error;
        this.say(this.words.lost, this.percent ?? 0);
        await this.pause(PAUSES[Math.min(tries, PAUSES.length - 1)]);
      }
    }
  }

  // Sooner when the browser says that the network is back.
  pause(milliseconds) {
    return new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
      addEventListener("online", resolve, { once: true });
      this.stop.signal.addEventListener("abort", resolve, { once: true });
    });
  }

  async send(file) {
    const named = new URLSearchParams({ name: file.name.slice(-255), size: file.size });
    const begun = await this.surely(async () =>
      (await this.ask(this.words.begin, { method: "POST", body: named })).json());
    const path = `${this.words.begin}/${begun.token}`;
    let { received } = begun;
    while (received < file.size) {
      this.show(received, file.size);
      received = await this.surely(async () => {
        const where = (await (await this.ask(path)).json()).received;
        if (where === file.size) return where;
        const body = file.slice(where, where + begun.piece);
        const headers = { "Content-Type": "application/octet-stream" };
        return (await (await this.ask(`${path}?from=${where}`, { method: "POST", body, headers })).json()).received;
      });
    }
    this.show(received, file.size);
    this.say(this.words.reading);
    const part = new URLSearchParams({ part: this.words.part });
    return this.surely(async () => (await this.ask(`${path}/fin`, { method: "POST", body: part })).text());
  }

  async choose() {
    const [file] = this.input.files;
    this.refuse("");
    if (!file) return;
    if (file.size > HEAVIEST_VIDEO) return this.refuse(this.words.tooHeavy);
    if (this.list.querySelector("[data-image]")) return this.refuse(this.words.alone);
    this.stop = new AbortController();
    this.way.hidden = false;
    this.input.disabled = true;
    try {
      this.list.insertAdjacentHTML("beforeend", await this.send(file));
      htmx.process(this.list); // its field of captions
      this.say(this.words.done);
      this.list.dispatchEvent(new Event("input", { bubbles: true }));
      this.list.querySelector("textarea").focus();
    } catch (error) {
      const stopped = this.stop.signal.aborted;
      this.say(stopped ? this.words.stopped : "");
      if (!stopped) this.refuse(error instanceof Refused ? error.message : this.words.failed);
    }
    this.way.hidden = true;
    this.input.disabled = false;
    this.input.value = "";
  }
}
