/* Conveniences only: every page works without this file. Texts come from data- attributes, so they are translated. */
"use strict";

const $ = (selector, root = document) => [...root.querySelectorAll(selector)];

/* Leave now: the button, or Escape three times within two seconds. */
let leaving = false;
function leave(form) {
  if (leaving) return;
  window.dispatchEvent(new Event("leaving"));
  leaving = true;
  const body = new URLSearchParams(new FormData(form));
  const address = form.action;
  const neutral = new URL(form.dataset.neutral, location.href).href;
  document.documentElement.hidden = true;
  document.title = form.dataset.title;
  document.body.replaceChildren(form);
  history.replaceState(null, "", neutral);
  form.action = address;
  if (form.method !== "post") { location.replace(neutral); return; }
  const signOut = fetch(address, { method: "POST", body, keepalive: true, redirect: "manual" });
  const enough = new Promise((done) => setTimeout(done, 1000));
  Promise.race([signOut, enough]).then(() => location.replace(neutral), () => form.submit());
}

function watchLeave() {
  const form = document.querySelector("form[data-leave]");
  if (!form) return;
  form.addEventListener("submit", (event) => { event.preventDefault(); leave(form); });
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    const now = Date.now();
    presses = [...presses.filter((at) => now - at < 2000), now];
    if (presses.length >= 3) leave(form);
  }, true);
}

/* Back and Forward ask for the page anew, where what was typed is kept, and send no form a second time. */
function watchAnswer() {
  const place = document.body.dataset.asksAt;
  if (place) history.replaceState(null, "", place);
}

/* A page that the browser keeps whole for the Back button is hidden, and asked for anew before it is seen again. */
function watchReturn() {
  window.addEventListener("pagehide", (event) => { document.documentElement.hidden = event.persisted; });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

/* Saving by itself: two seconds after typing, and when the page goes out of sight. */
const KEEPALIVE_BYTES = 60000;
class Autosave {
  constructor(form) {
    this.form = form;
    this.running = null;
    this.status = form.querySelector("[data-autosave-status]");
    const buttons = $(".buttons", form).pop();
    if (this.status && buttons) buttons.before(this.status);
    const typed = (event) => { if (event.target.name) { this.dirty = true; this.later(2000); } };
    form.addEventListener("input", typed);
    form.addEventListener("change", typed);
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.save(); });
    for (const end of ["pagehide", "leaving"]) window.addEventListener(end, () => { this.running = null; this.save(); });
    window.addEventListener("online", () => this.save());
    window.addEventListener("beforeunload", (event) => { if (this.atRisk()) event.preventDefault(); });
  }

  data() {
    const data = new FormData(this.form);
    $("input[type=file]", this.form).forEach((input) => data.delete(input.name));
    return new URLSearchParams(data);
  }

  idle() { return !this.dirty || leaving || this.form.dataset.sent; }

  /* Would what was typed be lost if the page went now? What is small enough is sent on the way out. */
  atRisk() {
    return !this.idle() && (this.stopped || this.failed || this.data().toString().length >= KEEPALIVE_BYTES);
  }

  later(delay) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), delay);
  }

  say(key, words = {}) {
    if (this.status) this.tell((this.status.dataset[key] || "").replace(/\{(\w+)\}/g, (whole, name) => words[name] ?? whole));
  }

  tell(text) { if (this.status) this.status.textContent = text; }

  save() {
    if (this.idle() || this.stopped) return;
    clearTimeout(this.timer);
    if (this.running) { this.again = true; return; }
    this.running = this.send().finally(() => {
      this.running = null;
      if (this.again) { this.again = false; this.later(500); }
    });
  }

  async send() {
    const body = this.data();
    this.dirty = false;
    let answer = null;
    try {
      answer = await fetch(this.form.getAttribute("action") || location.href, {
        method: "POST", body, redirect: "manual", keepalive: body.toString().length < KEEPALIVE_BYTES,
        headers: { "X-Autosave": "1", Accept: "application/json" },
      });
      if (answer.ok) return this.saved(await answer.json());
    } catch { /* no line, or not the answer of this form: said and tried again below */ }
    this.refused(answer);
  }

  saved(answer) {
    this.failed = false;
    const revision = this.form.elements.namedItem("revision");
    if (revision && answer.revision !== undefined) revision.value = answer.revision;
    if (answer.session_ends) watchSession(answer.session_ends);
    this.say("textSaved", { time: answer.saved_at });
  }

  refused(answer) {
    this.dirty = this.failed = true;
    const signedOut = answer && ([400, 401].includes(answer.status) || answer.type === "opaqueredirect");
    const clash = answer && answer.status === 409;
    this.stopped = signedOut || clash;
    this.say(signedOut ? "textSignedOut" : clash ? "textClash" : "textWaiting");
    if (answer && answer.status === 422) answer.json().then((told) => this.tell(told.text), () => { /* a page, not an answer */ });
    if (!answer || answer.ok || answer.status === 429 || answer.status >= 500) this.later(15000);
  }
}

/* A form is sent once; it opens again when the page is shown again, or when no answer comes. */
function reopen(form) {
  delete form.dataset.sent;
  $("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
}

function sent(form, submitter) {
  form.dataset.sent = "1";
  if (submitter) submitter.setAttribute("aria-disabled", "true");
  setTimeout(() => reopen(form), 15000);
}

function watchForms() {
  const saving = new Map($("form[data-autosave]").map((form) => [form, new Autosave(form)]));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    const running = saving.get(form)?.running;
    if (!running) { sent(form, event.submitter); return; }
    /* The save under way changes the revision; the form waits for it, but not for long. */
    event.preventDefault();
    if (form.dataset.waits) return;
    form.dataset.waits = "1";
    Promise.race([running, new Promise((done) => setTimeout(done, 5000))]).then(() => {
      delete form.dataset.waits;
      saving.get(form).running = null;
      form.requestSubmit(event.submitter);
    });
  });
  window.addEventListener("pageshow", () => $("form[data-sent]").forEach(reopen));
}

/* A box to find something in a long list of choices. What is ticked always stays in sight. */
function fold(text) {
  return text.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "").toLocaleLowerCase();
}

function watchFilter(input) {
  const list = document.getElementById(input.dataset.filter);
  const none = input.parentElement.querySelector("[data-filter-none]");
  input.parentElement.hidden = false;
  const rows = $(".tick", list).map((row) => [row, fold(row.textContent)]);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const [row, text] of rows) {
      const match = words.every((word) => text.includes(word));
      found += match;
      row.hidden = !match && !row.querySelector("input").checked;
    }
    $("[data-filter-group]", list).forEach((group) => { group.hidden = !group.querySelector(".tick:not([hidden])"); if (words.length) group.open = true; });
    none.textContent = found ? "" : none.dataset.filterNone;
  });
}

/* Says five minutes ahead that the session ends. The server's clock counts, where the page gives it. */
let sessionTimers = [];
function watchSession(ends) {
  const box = document.querySelector("[data-session-warning]");
  if (!box) return;
  sessionTimers.forEach(clearTimeout);
  box.hidden = true;
  const left = ends * 1000 - Date.now() - skew;
  const show = (text) => { box.hidden = false; box.textContent = text; };
  const warn = () => {
    const minutes = Math.max(1, Math.round((ends * 1000 - Date.now() - skew) / 60000));
    show(box.dataset.text.replace("{minutes}", minutes.toLocaleString(document.documentElement.lang)));
  };
  sessionTimers = [setTimeout(warn, Math.max(0, Math.min(left - 300000, 2147483647))),
    setTimeout(() => show(box.dataset.textEnded), Math.max(0, Math.min(left, 2147483647)))];
}

/* A passphrase that is copied from paper may be looked at while it is typed. It is hidden again before it is sent. */
function watchShow(button) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = (shown) => { input.type = shown ? "text" : "password"; button.setAttribute("aria-pressed", shown); };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false), true);
}

const body = document.body;
const skew = body.dataset.serverTime ? body.dataset.serverTime * 1000 - Date.now() : 0;
watchLeave();
watchAnswer();
watchReturn();
watchForms();
$("[data-filter]").forEach(watchFilter);
$("[data-show]").forEach(watchShow);
if (body.dataset.sessionEnds) watchSession(Number(body.dataset.sessionEnds));
document.querySelector("[data-error-summary]")?.focus();
/* Of a box of text the browser brings the first line into sight alone; the strip to leave would cover the rest. */
document.addEventListener("keyup", (event) => {
  if (event.key === "Tab" && event.target.localName === "textarea") event.target.scrollIntoView({ block: "nearest" });
});
document.addEventListener("click", (event) => {
  $("details.drop[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
