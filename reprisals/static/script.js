/* Conveniences only: every page works without this file. Texts come from data- attributes. */
"use strict";

const $ = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (target, kind, act, capture) => target.addEventListener(kind, act, capture);
const soon = (promise, most) => Promise.race([promise, new Promise((done) => setTimeout(done, most))]);

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
  soon(signOut, 1000).then(() => location.replace(neutral), () => form.submit());
}

function watchLeave() {
  const form = $("form[data-leave]")[0];
  if (!form) return;
  on(form, "submit", (event) => { event.preventDefault(); leave(form); });
  let presses = [];
  on(document, "keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    const now = Date.now();
    presses = [...presses.filter((at) => now - at < 2000), now];
    if (presses.length >= 3) leave(form);
  }, true);
}

/* Back and Forward ask for the page anew, and send no form a second time. */
function watchAnswer() {
  const place = document.body.dataset.asksAt;
  if (place) history.replaceState(null, "", place);
}

/* A page that the browser keeps whole for the Back button is hidden, and asked for anew before it is seen again. */
function watchReturn() {
  on(window, "pagehide", (event) => { document.documentElement.hidden = event.persisted; });
  on(window, "pageshow", (event) => { if (event.persisted) location.reload(); });
}

/* Saving by itself: two seconds after typing, and when the page goes out of sight. */
const KEEPALIVE_BYTES = 60000;
class Autosave {
  constructor(form) {
    this.form = form;
    this.status = $("[data-autosave-status]", form)[0];
    const buttons = $(".buttons", form).pop();
    if (this.status) buttons?.before(this.status);
    const typed = (event) => { if (event.target.name) { this.dirty = true; this.later(2000); } };
    on(form, "input", typed);
    on(form, "change", typed);
    on(document, "visibilitychange", () => { if (document.hidden) this.save(); });
    for (const end of ["pagehide", "leaving"]) on(window, end, () => { this.running = null; this.save(); });
    on(window, "online", () => this.save());
    on(window, "beforeunload", (event) => { if (this.atRisk()) event.preventDefault(); this.save(); });
  }

  async settle() { await this.running; this.save(); await this.running; }

  data() { return new URLSearchParams(new FormData(this.form)); }

  idle() { return !this.dirty || leaving || this.form.dataset.sent; }

  /* Would what was typed be lost if the page went now? A small text is sent on the way out. */
  atRisk() {
    return !this.idle() && (this.stopped || this.failed || this.data().toString().length >= KEEPALIVE_BYTES);
  }

  later(delay) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), delay);
  }

  say(key, words = {}) {
    this.tell((this.status?.dataset[key] || "").replace(/\{(\w+)\}/g, (whole, name) => words[name] ?? whole));
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
    } catch { /* told below */ }
    this.refused(answer);
  }

  saved(answer) {
    this.failed = false;
    if (answer.session_ends) watchSession(answer.session_ends);
    this.say("textSaved", { time: answer.saved_at });
  }

  refused(answer) {
    this.dirty = this.failed = true;
    const signedOut = answer && ([400, 401].includes(answer.status) || answer.type === "opaqueredirect");
    const clash = answer?.status === 409;
    this.stopped = signedOut || clash;
    this.say(signedOut ? "textSignedOut" : clash ? "textClash" : "textWaiting");
    if (answer?.status === 422) answer.json().then((told) => this.tell(told.text), () => {});
    if (!answer || answer.ok || answer.status === 429 || answer.status >= 500) this.later(15000);
  }
}

/* A form is sent once; it opens again with the page, or when no answer comes. */
function reopen(form) {
  delete form.dataset.sent;
  $("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
}

function sent(form, submitter) {
  form.dataset.sent = "1";
  submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => reopen(form), 15000);
}

function watchForms() {
  const [saving] = $("form[data-autosave]").map((form) => new Autosave(form));
  on(document, "submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    const running = saving?.form === form && saving.running;
    if (!running && !form.dataset.sent) { sent(form, event.submitter); return; }
    /* The form waits for the save under way, but not for long. */
    event.preventDefault();
    if (form.dataset.sent || form.dataset.waits) return;
    form.dataset.waits = "1";
    soon(running, 5000).then(() => {
      delete form.dataset.waits;
      saving.running = null;
      form.requestSubmit(event.submitter);
    });
  });
  on(window, "pageshow", () => $("form[data-sent]").forEach(reopen));
  /* What loads the page anew waits for the save, too. */
  const wait = (event, place) => {
    if (!place || !saving) return;
    event.preventDefault();
    soon(saving.settle(), 5000).then(() => location.assign(place));
  };
  on(document, "click", (event) => wait(event, event.target.closest("a[hreflang]")?.href));
  const reloads = ({ key, ctrlKey, metaKey }) => key === "F5" || (ctrlKey || metaKey) && key === "r";
  on(document, "keydown", (event) => wait(event, reloads(event) && location.pathname + location.search));
}

/* A box to find something in a long list of choices. What is ticked always stays in sight. */
function fold(text) {
  return text.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "").toLocaleLowerCase();
}

function watchFilter(input) {
  const list = document.getElementById(input.dataset.filter);
  const box = input.parentElement;
  const none = $("[data-filter-none]", box)[0];
  box.hidden = false;
  const rows = $(".tick", list).map((row) => [row, fold(row.textContent)]);
  on(input, "keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  on(input, "input", () => {
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

/* Says five minutes ahead that the session ends. The server's clock counts where the page gives it. */
let sessionTimers = [];
function watchSession(ends) {
  const box = $("[data-session-warning]")[0];
  if (!box) return;
  sessionTimers.forEach(clearTimeout);
  box.hidden = true;
  const left = () => ends * 1000 - Date.now() - skew;
  const show = (text) => { box.hidden = false; box.textContent = text; };
  const warn = () => {
    const minutes = Math.max(1, Math.round(left() / 60000));
    show(box.dataset.text.replace("{minutes}", minutes.toLocaleString(document.documentElement.lang)));
  };
  const before = (time, act) => setTimeout(act, Math.max(0, Math.min(left() - time, 2147483647)));
  sessionTimers = [before(300000, warn), before(0, () => show(box.dataset.textEnded))];
}

/* A passphrase may be looked at while it is typed. It is hidden again before it is sent. */
function watchShow(button) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = (shown) => { input.type = shown ? "text" : "password"; button.setAttribute("aria-pressed", shown); };
  button.hidden = false;
  on(button, "click", () => show(input.type === "password"));
  on(input.form, "submit", () => show(false), true);
}

const body = document.body;
const skew = body.dataset.serverTime * 1000 - Date.now() || 0;
watchLeave();
watchAnswer();
watchReturn();
watchForms();
$("[data-filter]").forEach(watchFilter);
$("[data-show]").forEach(watchShow);
if (body.dataset.sessionEnds) watchSession(Number(body.dataset.sessionEnds));
$("[data-error-summary]")[0]?.focus();
/* The browser brings only the first line of a text into sight. */
on(document, "keyup", (event) => {
  if (event.key === "Tab" && event.target.localName === "textarea") event.target.scrollIntoView({ block: "nearest" });
});
on(document, "click", (event) => {
  $("details.drop[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
