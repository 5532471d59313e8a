// News of a case that come from another address are a page to sign in at: show it whole, not inside the case.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  const came = new URL(xhr.responseURL).pathname;
  const asked = new URL(pathInfo.requestPath, location.href).pathname;
  if (came === asked) return;
  event.detail.shouldSwap = false;
  location.reload();
});
