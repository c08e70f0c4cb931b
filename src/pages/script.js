"use strict";

/* Comfort only: every page does everything without this. */

const all = (css, root = document) => [...root.querySelectorAll(css)];
/* The language of the page, as the reader's country writes its dates. */
const language = navigator.languages.find((tag) => tag.startsWith(document.documentElement.lang)) ?? document.documentElement.lang;

/* Buttons that copy the text of what they name. */
for (const button of all("[data-copy]")) {
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

/* Moments in the reader's own zone; in UTC, as they were sent, when he points at them. */
const moment = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function distance(date) {
  const seconds = Math.round((date - Date.now()) / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return relative.format(Math.trunc(seconds / size), unit);
}

for (const time of all("time[datetime]")) {
  const date = new Date(time.dateTime);
  time.title = time.textContent;
  const show = () => {
    time.textContent = "relative" in time.dataset ? distance(date) : moment.format(date);
  };
  show();
  if ("relative" in time.dataset) setInterval(show, 1000);
}

/* A form that is on its way is not sent again. */
for (const form of all("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}

/* A page that the browser kept shows what was so; whoever comes back to it wants what is so. */
addEventListener("pageshow", (event) => {
  all("form[data-sent]").forEach((form) => delete form.dataset.sent);
  if (event.persisted) location.reload();
});

/* A list that shows what is typed. */
for (const field of all("[data-filter]")) {
  field.closest("[hidden]").hidden = false;
  const items = all(`#${field.dataset.filter} > li`);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLocaleLowerCase(language);
    for (const item of items) item.hidden = !item.textContent.toLocaleLowerCase(language).includes(wanted);
  });
}
