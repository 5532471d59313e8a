// Loaded before the page is drawn, so that nobody sees the wrong colours flash by.
(() => {
  const root = document.documentElement;
  const preference = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem("colours");
    } catch {
      return null; // storage refused: the device's own preference applies
    }
  };
  const store = (value) => {
    try {
      // A choice equal to the device's preference is no choice: later changes of the device are followed again.
      if (value === (preference.matches ? "dark" : "light")) localStorage.removeItem("colours");
      else localStorage.setItem("colours", value);
    } catch {
      // storage refused: the choice holds for this page only
    }
  };
  const apply = (value) => {
    root.dataset.bsTheme = value;
    document.querySelectorAll("[data-colour-toggle]").forEach((button) => {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(value === "dark"));
    });
  };
  const current = () => stored() ?? (preference.matches ? "dark" : "light");

  apply(current());
  preference.addEventListener("change", () => apply(current()));
  window.addEventListener("beforeprint", () => (root.dataset.bsTheme = "light"));
  window.addEventListener("afterprint", () => apply(current()));
  document.addEventListener("DOMContentLoaded", () => {
    apply(current());
    document.querySelectorAll("[data-colour-toggle]").forEach((button) =>
      button.addEventListener("click", () => {
        const value = root.dataset.bsTheme === "dark" ? "light" : "dark";
        store(value);
        apply(value);
      }),
    );
  });
})();
