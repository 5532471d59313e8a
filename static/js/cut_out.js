// Shows the pictures that were chosen, and cuts one to its code before it is sent. What was cut off never leaves the browser.
const THUMBNAIL = 160; // pixels of the longest side
const PREVIEW = 1600;
const MOST_PIXELS = 16_000_000; // phones draw no larger ones
const BORDER = 0.05; // white around the part, since readers need a light border and people cut close
const SMALLEST = 0.02; // of the picture's side
const STEP = 0.02;
const REACH = 28; // CSS pixels around a corner in which it is taken hold of
const FIRST = { left: 0.2, top: 0.2, right: 0.8, bottom: 0.8 };
const within = (value, low, high) => Math.min(high, Math.max(low, value));

// The frame in parts of the picture, drawn over it, moved by pointer or keys.
class Frame {
  constructor(canvas, told) {
    this.canvas = canvas;
    this.told = told;
    canvas.addEventListener("pointerdown", (event) => this.grasp(event));
    canvas.addEventListener("pointermove", (event) => this.drag?.(this.place(event)));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.let());
    canvas.addEventListener("keydown", (event) => this.press(event));
  }

  show(picture, box) {
    this.isFresh = !box;
    const scale = Math.min(1, PREVIEW / Math.max(picture.width, picture.height));
    this.canvas.width = Math.max(1, Math.round(picture.width * scale));
    this.canvas.height = Math.max(1, Math.round(picture.height * scale));
    this.preview = document.createElement("canvas");
    this.preview.width = this.canvas.width;
    this.preview.height = this.canvas.height;
    this.preview.getContext("2d").drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    this.set(box ?? FIRST);
    this.let();
  }

  set({ left, top, right, bottom }) {
    const [near, far] = [Math.min(left, right), Math.max(left, right)];
    const [high, low] = [Math.min(top, bottom), Math.max(top, bottom)];
    const x = within(near, 0, 1 - SMALLEST);
    const y = within(high, 0, 1 - SMALLEST);
    this.box = { left: x, top: y, right: within(far, x + SMALLEST, 1), bottom: within(low, y + SMALLEST, 1) };
    this.draw();
  }

  move(across, down) {
    const { left, top, right, bottom } = this.box;
    const x = within(across, -left, 1 - right);
    const y = within(down, -top, 1 - bottom);
    this.set({ left: left + x, top: top + y, right: right + x, bottom: bottom + y });
  }

  draw() {
    const { width, height } = this.canvas;
    const { left, top, right, bottom } = this.box;
    const pen = this.canvas.getContext("2d");
    const [x, y, across, down] = [left * width, top * height, (right - left) * width, (bottom - top) * height];
    pen.drawImage(this.preview, 0, 0);
    pen.fillStyle = "rgb(6 18 20 / 65%)";
    pen.fillRect(0, 0, width, height);
    pen.drawImage(this.preview, x, y, across, down, x, y, across, down);
    const line = Math.max(2, Math.max(width, height) / 250);
    for (const [colour, thick] of [["#08484e", 2 * line], ["#ffffff", line]]) {
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = thick;
      pen.strokeRect(x, y, across, down);
      for (const [a, b] of [[x, y], [x + across, y], [x, y + down], [x + across, y + down]]) {
        pen.fillRect(a - 2.5 * line - thick / 2, b - 2.5 * line - thick / 2, 5 * line + thick, 5 * line + thick);
      }
    }
  }

  place(event) {
    const seen = this.canvas.getBoundingClientRect();
    return {
      x: within((event.clientX - seen.left) / seen.width, 0, 1),
      y: within((event.clientY - seen.top) / seen.height, 0, 1),
      reachX: REACH / seen.width,
      reachY: REACH / seen.height,
    };
  }

  // A corner is drawn out, the inside moves, and anywhere else a new frame begins; inside of the first frame, too, which is
  // nobody's yet.
  grasp(event) {
    const at = this.place(event);
    const { left, top, right, bottom } = this.box;
    const corners = [[left, top], [right, top], [left, bottom], [right, bottom]];
    const corner = corners.find(([x, y]) => Math.abs(at.x - x) < at.reachX && Math.abs(at.y - y) < at.reachY);
    const isInside = !this.isFresh && at.x > left && at.x < right && at.y > top && at.y < bottom;
    let [x, y] = corner ? [corner[0] === left ? right : left, corner[1] === top ? bottom : top] : [at.x, at.y];
    this.isFresh = false;
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = (now) => {
      if (corner || !isInside) return this.set({ left: x, top: y, right: now.x, bottom: now.y });
      this.move(now.x - x, now.y - y);
      [x, y] = [now.x, now.y];
    };
  }

  let() {
    this.drag = null;
    this.told(this.box);
  }

  press(event) {
    const ways = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const grown = { "+": STEP, "-": -STEP }[event.key];
    const [across, down] = ways[event.key] ?? [];
    const { left, top, right, bottom } = this.box;
    if (grown) this.set({ left: left - grown, top: top - grown, right: right + grown, bottom: bottom + grown });
    else if (across === undefined) return;
    else if (event.shiftKey) this.set({ left, top, right: Math.max(left, right + across), bottom: Math.max(top, bottom + down) });
    else this.move(across, down);
    event.preventDefault();
    this.isFresh = false;
    this.told(this.box);
  }
}

// The dialog of a page, which its file fields have in common.
class Table {
  constructor(part) {
    this.dialog = part.querySelector("dialog");
    this.frame = new Frame(this.dialog.querySelector("canvas"), (box) => this.field?.tell(box));
    this.dialog.querySelector("[data-cut-out-use]").addEventListener("click", () => this.field.use());
    this.dialog.querySelector("[data-cut-out-cancel]").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.field.whole?.close());
  }
}

class CutOut {
  constructor(input) {
    const part = document.getElementById(input.dataset.cutOut);
    part.table ??= new Table(part);
    this.input = input;
    this.list = part.querySelector("[data-cut-out-list]").cloneNode();
    this.row = part.querySelector("template");
    this.table = part.table;
    this.dialog = this.table.dialog;
    this.frame = this.table.frame;
    this.words = part.dataset;
    input.closest("form").querySelectorAll("[data-cut-out-hint]").forEach((hint) => (hint.hidden = false));
    input.parentElement.append(this.list);
    input.addEventListener("change", () => this.offer());
    this.offer(); // a browser that came back to the page may have kept the files
  }

  async offer() {
    this.list.replaceChildren();
    this.chosen = [...this.input.files].map((file) => ({ original: file, sent: file }));
    const chosen = this.chosen;
    for (const one of chosen) {
      const picture = await open(one.original);
      if (chosen !== this.chosen) return;
      if (picture) this.list.append(this.line(one, picture));
    }
    this.list.hidden = !this.list.children.length;
  }

  line(one, picture) {
    const line = this.row.content.cloneNode(true).firstElementChild;
    one.line = line;
    line.querySelector("[data-cut-out-name]").textContent = one.original.name;
    line.querySelector("[data-cut-out-cut]").addEventListener("click", () => this.edit(one));
    line.querySelector("[data-cut-out-whole]").addEventListener("click", () => this.undo(one));
    this.picture(one, picture);
    return line;
  }

  picture(one, picture) {
    const canvas = one.line.querySelector("canvas");
    const scale = Math.min(1, THUMBNAIL / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const isCut = one.sent !== one.original;
    one.line.querySelector("[data-cut-out-state]").textContent = isCut ? this.words.part : this.words.whole;
    one.line.querySelector("[data-cut-out-whole]").hidden = !isCut;
  }

  async edit(one) {
    this.edited = one;
    this.table.field = this;
    this.whole = await open(one.original);
    this.dialog.showModal();
    this.frame.show(this.whole, one.box);
    this.frame.canvas.focus();
  }

  tell({ left, top, right, bottom }) {
    const parts = { left, top, width: right - left, height: bottom - top };
    const words = this.words.frame.replace(/\{(\w+)\}/g, (_, name) => String(Math.round(100 * parts[name])));
    this.dialog.querySelector("[data-cut-out-status]").textContent = words;
  }

  async use() {
    const one = this.edited;
    one.box = { ...this.frame.box };
    one.sent = await cut(this.whole, one.box, one.original.name);
    this.dialog.close();
    this.put();
    this.picture(one, await open(one.sent));
    one.line.querySelector("[data-cut-out-cut]").focus();
  }

  async undo(one) {
    one.sent = one.original;
    this.put();
    this.picture(one, await open(one.original));
    one.line.querySelector("[data-cut-out-cut]").focus();
  }

  put() {
    const files = new DataTransfer();
    this.chosen.forEach(({ sent }) => files.items.add(sent));
    this.input.files = files.files;
  }
}

// The picture upright, or null for what this browser cannot show, as a PDF.
async function open(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    return null;
  }
}

async function cut(picture, { left, top, right, bottom }, name) {
  const [width, height] = [(right - left) * picture.width, (bottom - top) * picture.height];
  const border = BORDER * Math.max(width, height);
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / ((width + 2 * border) * (height + 2 * border))));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((width + 2 * border) * scale);
  canvas.height = Math.ceil((height + 2 * border) * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const place = [border, border, width, height].map((length) => length * scale);
  pen.drawImage(picture, left * picture.width, top * picture.height, width, height, ...place);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
  return new File([blob], `${name.replace(/\.\w+$/, "")}.jpg`, { type: "image/jpeg" });
}

function setUp(root) {
  if (!window.HTMLDialogElement || !window.createImageBitmap || !window.DataTransfer) return;
  root.querySelectorAll("input[data-cut-out]").forEach((input) => {
    if (input.cutOut === undefined) input.cutOut = new CutOut(input);
  });
}

setUp(document);
document.addEventListener("htmx:load", (event) => setUp(event.detail.elt));
