// Where the answer to a form is a file, the page stays: it says what happens now, and when the file has come. The answer tells by
// a cookie that repeats a number which the form has just made up; nothing of it is known to anybody else.
(() => {
  const NAME = "file_came";
  const form = document.querySelector("form[data-answered-by-file]");
  if (!form) return;
  const making = document.getElementById("file-in-the-making");
  const came = document.getElementById("file-came");
  const seconds = making.querySelector("[data-seconds]");
  let watch;

  function stop() {
    clearInterval(watch);
    making.hidden = true;
  }

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || form.dataset.sent) return;
    const number = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    form.elements.arrival.value = number;
    // What was wrong before is over.
    form.querySelectorAll("[data-error-summary], .invalid-feedback").forEach((mistake) => mistake.remove());
    form.querySelectorAll(".is-invalid").forEach((field) => field.classList.remove("is-invalid"));
    clearInterval(watch);
    came.hidden = true;
    making.hidden = false;
    making.scrollIntoView({ block: "nearest" });
    const start = Date.now();
    watch = setInterval(() => {
      seconds.textContent = Math.floor((Date.now() - start) / 1000);
      if (!document.cookie.split("; ").includes(`${NAME}=${number}`)) return;
      document.cookie = `${NAME}=; path=${form.dataset.answeredByFile}; max-age=0; samesite=strict`;
      stop();
      came.hidden = false;
      came.scrollIntoView({ block: "nearest" });
    }, 200);
  });
  // Back from a page that said what is wrong.
  window.addEventListener("pageshow", stop);
})();
