// Reads a code with the camera. Pictures stay in this page: what is found is the text of the code, and that goes into the form.
import { explainLink } from "./clea_link.js";

const BETWEEN_LOOKS = 120; // milliseconds
const LONGEST_SIDE = 1280; // pixels; a code that fills half of it has five to a module
const NEEDS_HELP = 15_000;
const BACK = { facingMode: { ideal: "environment" } };

class Camera {
  constructor(dialog, opener) {
    this.dialog = dialog;
    this.opener = opener;
    this.video = dialog.querySelector("video");
    this.status = dialog.querySelector("[data-camera-status]");
    this.torch = dialog.querySelector("[data-camera-torch]");
    this.other = dialog.querySelector("[data-camera-other]");
    this.again = dialog.querySelector("[data-camera-again]");
    this.note = document.getElementById(opener.dataset.cameraNote);
    this.field = document.getElementById(opener.dataset.cameraField);
    const countries = [...dialog.querySelectorAll("[data-camera-host]")];
    this.countries = Object.fromEntries(countries.map((each) => [each.dataset.cameraHost, each.textContent]));
    this.canvas = document.createElement("canvas");
    this.pixels = this.canvas.getContext("2d", { willReadFrequently: true });
    this.round = 0; // whatever was begun in an earlier round has come too late

    opener.hidden = false;
    opener.addEventListener("click", () => this.open());
    this.torch.addEventListener("click", () => this.light(this.torch.getAttribute("aria-pressed") !== "true"));
    this.other.addEventListener("click", () => this.start(this.next()));
    this.again.addEventListener("click", () => this.start(BACK));
    dialog.querySelector("[data-camera-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.stop());
    document.addEventListener("visibilitychange", () => document.hidden && this.leave());
    window.addEventListener("pagehide", () => this.leave());
  }

  open() {
    this.dialog.showModal();
    this.start(BACK);
  }

  // At once: the dialog tells that it is closed only later, which a page that is left does not live to hear.
  leave() {
    this.stop();
    if (this.dialog.open) this.dialog.close();
  }

  async start(which) {
    this.stop();
    const round = this.round;
    this.say("starting");
    try {
      // The reader is a large file: it comes while the person is asked for permission.
      const reader = import("../qr/decode.js");
      reader.catch(() => {}); // a refusal of the camera may come first, and is what the person is told
      const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
      const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...which, ...size } });
      if (round !== this.round) return stream.getTracks().forEach((track) => track.stop());
      this.stream = stream;
      this.track = stream.getVideoTracks()[0];
      this.track.addEventListener("ended", () => round === this.round && this.fail(new DOMException("", "NotReadableError")));
      this.video.srcObject = stream;
      await this.video.play();
      await this.offer();
      const { decodeQR, decodeQRBatch } = await reader;
      if (round !== this.round) return;
      this.say("looking");
      await this.look(round, decodeQR, decodeQRBatch);
    } catch (error) {
      if (round === this.round) this.fail(error);
    }
  }

  // Buttons for what this camera and this device have.
  async offer() {
    this.torch.hidden = !this.track.getCapabilities?.().torch;
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.cameras = devices.filter((device) => device.kind === "videoinput" && device.deviceId);
    this.other.hidden = this.cameras.length < 2;
  }

  next() {
    const now = this.track?.getSettings().deviceId;
    const place = this.cameras.findIndex((camera) => camera.deviceId === now);
    return { deviceId: { exact: this.cameras[(place + 1) % this.cameras.length].deviceId } };
  }

  async light(on) {
    try {
      await this.track.applyConstraints({ advanced: [{ torch: on }] });
      this.torch.setAttribute("aria-pressed", String(on));
    } catch {
      this.torch.hidden = true; // it says that it has a light, and has none
    }
  }

  async look(round, decodeQR, decodeQRBatch) {
    const since = performance.now();
    for (;;) {
      if (!this.video.isConnected) return this.stop(); // news of the case have replaced this part of the page
      const frame = this.grab();
      const texts = frame ? await this.read(frame, decodeQR, decodeQRBatch) : [];
      if (round !== this.round) return;
      if (await this.judge(texts)) return;
      if (!texts.length && performance.now() - since > NEEDS_HELP) this.say("help");
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
      if (round !== this.round) return;
    }
  }

  grab() {
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth) return null;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight));
    const width = (this.canvas.width = Math.round(videoWidth * scale));
    const height = (this.canvas.height = Math.round(videoHeight * scale));
    this.pixels.drawImage(this.video, 0, 0, width, height);
    return this.pixels.getImageData(0, 0, width, height);
  }

  // One code is enough, unless it is another kind: then all that are in sight.
  async read(frame, decodeQR, decodeQRBatch) {
    let first;
    try {
      first = decodeQR(frame);
    } catch {
      return [];
    }
    if (await explainLink(first)) return [first];
    const [all] = await decodeQRBatch([frame]);
    return [first, ...all.filter((text) => typeof text === "string" && text !== first)];
  }

  async judge(texts) {
    if (!texts.length) return false;
    const codes = (await Promise.all(texts.map(explainLink))).filter(Boolean);
    const code = codes.find(({ host }) => Object.hasOwn(this.countries, host));
    if (code) this.take(code);
    else this.say(codes.length ? "unknown" : "another", codes[0]?.host);
    return Boolean(code);
  }

  take({ link, host, checkCode }) {
    const lines = this.field.value.split("\n").map((line) => line.trim()).filter(Boolean);
    const isOne = this.field.type === "hidden";
    if (isOne) this.field.value = link;
    else if (!lines.includes(link)) this.field.value = [...lines, link].join("\n");
    this.note.querySelector("[data-camera-country]").textContent = this.countries[host];
    this.note.querySelector("[data-camera-check-code]").textContent = checkCode;
    this.note.hidden = false;
    this.dialog.close();
    navigator.vibrate?.(80);
    // Where the code is all that the form needs, one press sends it.
    const button = this.field.form.querySelector("[data-camera-send]") ?? this.note;
    button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "center" });
  }

  fail(error) {
    this.stop();
    const names = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", NotReadableError: "busy" };
    this.say(names[error.name] ?? "failed");
    this.again.hidden = false;
  }

  stop() {
    this.round++;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.track = this.video.srcObject = null;
    this.torch.hidden = this.other.hidden = this.again.hidden = true;
    this.torch.setAttribute("aria-pressed", "false");
  }

  // The same sentence is not said twice.
  say(what, name = "") {
    const words = this.dialog.querySelector(`[data-camera-says="${what}"]`).textContent.replace("{name}", name).trim();
    if (this.status.textContent !== words) this.status.textContent = words;
    this.dialog.dataset.camera = what;
  }
}

function setUp(root) {
  if (!navigator.mediaDevices?.getUserMedia || !window.HTMLDialogElement) return;
  root.querySelectorAll("[data-camera-open]").forEach((opener) => {
    if (opener.hidden) new Camera(document.getElementById(opener.dataset.cameraOpen), opener);
  });
}

setUp(document);
document.addEventListener("htmx:load", (event) => setUp(event.detail.elt));
