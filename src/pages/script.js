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
const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function distance(date) {
  const seconds = Math.round((date - Date.now()) / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return relative.format(Math.trunc(seconds / size), unit);
}

function tell(root) {
  for (const time of all("time[datetime]", root)) {
    time.title ||= time.textContent;
    const date = new Date(time.dateTime);
    const form = "exact" in time.dataset ? exact : moment;
    time.textContent = "relative" in time.dataset ? distance(date) : form.format(date);
  }
}
tell(document);
setInterval(() => all("time[data-relative]").forEach((time) => tell(time.parentElement)), 1000);

/* A form that is on its way is not sent again. */
for (const form of all("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    /* Whoever stopped it may try again. */
    setTimeout(() => delete form.dataset.sent, 3000);
  });
}

/* A page that the browser kept shows what was so; whoever comes back to it wants what is so. */
addEventListener("pageshow", (event) => {
  all("form[data-sent]").forEach((form) => delete form.dataset.sent);
  if (event.persisted) location.reload();
});

/* What has to be mended is read first. */
document.getElementById("faults")?.focus();

/* A list that shows what is typed. */
for (const field of all("[data-filter]")) {
  field.closest("[hidden]").hidden = false;
  const items = all(`#${field.dataset.filter} > li`);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLocaleLowerCase(language);
    for (const item of items) item.hidden = !item.textContent.toLocaleLowerCase(language).includes(wanted);
  });
}

/* What goes on by itself is looked at again every second, until nothing does. Only a part whose text has changed is replaced,
   so that nothing flickers, and whoever stands on a button keeps standing there. */
const live = document.querySelector("[data-live]");
const shown = new Map();

async function look() {
  const answer = await fetch(location.pathname);
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById(live.id);
  for (const part of [...live.children]) if (!page.getElementById(part.id)) part.remove();
  for (const part of [...next.children]) renew(document.getElementById(part.id), part);
  if ("live" in next.dataset) setTimeout(again, 1000);
}

function renew(part, next) {
  const text = next.textContent;
  if (!part || shown.get(part.id) === text) return;
  shown.set(part.id, text);
  if (part.getAttribute("role") === "status") {
    if (part.textContent !== text) part.textContent = text;
    return;
  }
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceWith(next);
  tell(next);
  if (focused) document.getElementById(focused)?.focus();
}

function again() {
  if (document.hidden) setTimeout(again, 1000);
  else look().catch(() => setTimeout(again, 5000));
}
if (live) setTimeout(again, 1000);
