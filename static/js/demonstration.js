// Fills in the chosen account of the demonstration.
document.querySelectorAll("[data-fill-login]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    document.getElementById("id_login").value = button.dataset.fillLogin;
    document.getElementById("id_password").value = button.dataset.fillPassword;
    document.querySelector(".entrance button[type=submit]").focus();
  });
});
