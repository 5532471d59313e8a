// Says in words on the page what went wrong with a security key: allauth's own script only writes it to the console.
(() => {
  const help = document.getElementById("security-key-failed");
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    help.hidden = false;
    help.focus();
  });
})();
