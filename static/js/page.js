// Small helps. Every page works without them.
(() => {
  // Menus close on Escape and when the person goes elsewhere.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("focusin", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      const hadFocus = menu.contains(document.activeElement);
      menu.open = false;
      if (hadFocus) menu.querySelector("summary").focus();
    });
  });

  // A form that came back with errors says so first.
  document.querySelector("[data-error-summary]")?.focus();

  // Of tabs that do not fit on a phone, the one that is open is in sight.
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // A second press right after the first sends nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000); // an answer that is a file leaves the form on the screen
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.querySelector(button.dataset.copy);
      await navigator.clipboard.writeText((source.value ?? source.innerText).trim());
      const label = button.querySelector("span") ?? button;
      const before = label.textContent;
      label.textContent = button.dataset.copied;
      setTimeout(() => (label.textContent = before), 2000);
    });
  });
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // A part that refreshes itself says when it no longer can.
  const offline = document.getElementById("connection-lost");
  if (offline) {
    document.addEventListener("htmx:sendError", () => (offline.hidden = false));
    document.addEventListener("htmx:responseError", () => (offline.hidden = false));
    document.addEventListener("htmx:afterOnLoad", () => (offline.hidden = true));
  }
})();
