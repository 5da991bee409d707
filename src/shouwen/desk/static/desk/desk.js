// Keys, drafts, pasted photos, the signature. Pages work without this file; nothing here is needed to save anything.
(() => {
  "use strict";
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const typing = (target) => target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const look = () => one("#look");
  let going = false;

  // ---- keys ----
  const letters = () => localStorage.getItem("single-keys") !== "off";
  const switcher = one("#single-keys");
  if (switcher) {
    switcher.checked = letters();
    switcher.addEventListener("change", () => localStorage.setItem("single-keys", switcher.checked ? "on" : "off"));
  }

  function move(by) {
    const box = document.activeElement.closest(".sw-found") || document;
    const rows = all("[data-row]", box);
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement.closest("[data-row]"));
    const row = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    one("a, button, summary", row)?.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function press(target) {
    for (let fold = target.parentElement?.parentElement?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.click();
    if (target.tagName === "SUMMARY") one("input:not([type=hidden]), textarea, select", target.parentElement)?.focus();
    else target.focus();
  }

  // What one letter does on this page: within the row in focus, then anywhere.
  function meant(key) {
    const row = document.activeElement.closest("[data-row]");
    const name = CSS.escape(key);
    return (row && one(`[data-key="${name}"]`, row)) || all(`[data-key="${name}"]`).find((found) => !found.closest("[data-row]"));
  }

  function go(event) {
    going = false;
    const page = one(`[data-go="${CSS.escape(event.key)}"]`);
    if (page) { event.preventDefault(); page.click(); }
  }

  function letter(event) {
    const { key } = event;
    if (going) { go(event); return; }
    if (key === "g") { going = true; return; }
    if (key === "/") { event.preventDefault(); look()?.focus(); return; }
    if (key === "?") { event.preventDefault(); one("#keys")?.togglePopover(); return; }
    if (key === "j" || key === "k") { event.preventDefault(); move(key === "j" ? 1 : -1); return; }
    if (key === "x") { const box = one("input[type=checkbox]", document.activeElement.closest("[data-row]") || document.createElement("i")); if (box) { event.preventDefault(); box.click(); } return; }
    if (key === "Enter" && event.target.closest("a, button, summary, input")) return;
    const target = meant(key);
    if (target) { event.preventDefault(); press(target); }
  }

  document.addEventListener("keydown", (event) => {
    const { key } = event;
    if (event.isComposing) return;
    if (key === "k" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); look()?.focus(); return; }
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form") || one("form[data-main]");
      if (form) { event.preventDefault(); form.requestSubmit(one("button[data-save]", form) || undefined); }
      return;
    }
    if (key === "Escape" && typing(event.target)) { event.target.blur(); one("#found")?.replaceChildren(); return; }
    if (key === "Enter" && event.target === look()) {  // the best customer for what stands in the box; else the page of all that was found
      const best = one("#found [data-best]");
      if (best && best.closest("[data-for]").dataset.for === look().value.trim()) { event.preventDefault(); best.click(); }
      return;
    }
    if ((key === "ArrowDown" || key === "ArrowUp") && event.target.matches("input[type=search]")) {
      const box = event.target.dataset.list ? one(`#${event.target.dataset.list}`) : one(".sw-found", event.target.form || document);
      const first = box && one("[data-row] a, [data-row] button, button[data-row]", box);
      if (first) { event.preventDefault(); first.focus(); }
      return;
    }
    const listed = event.target.closest?.(".sw-found, .sw-people-found");
    if ((key === "ArrowDown" || key === "ArrowUp") && listed) { event.preventDefault(); step(listed, event.target, key === "ArrowDown" ? 1 : -1); return; }
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (letters()) letter(event);
  });

  function step(list, from, by) {
    const rows = all("[data-row]", list);
    const row = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(from.closest("[data-row]")) + by))];
    (row.matches("button") ? row : one("a, button", row))?.focus();
  }

  // ---- drafts: what was typed and not yet saved outlives a reload and an expired sign-in; it goes when it is saved ----
  const who = document.body.dataset.who || "";
  const place = (name) => `draft:${who}:${name}`;
  for (const told of all("[data-done]")) for (const name of told.dataset.done.split(" ")) sessionStorage.removeItem(place(name));

  const kept = (form) => [...form.elements].filter((field) => field.name && !field.name.startsWith("_") && field.name !== "csrfmiddlewaretoken" && !["file", "submit", "button"].includes(field.type) && (field.type !== "hidden" || field.dataset.draft));
  const value = (field) => (field.type === "checkbox" ? (field.checked ? "1" : "") : field.value);
  const fill = (field, text) => { if (field.type === "checkbox") field.checked = text === "1"; else field.value = text; };

  function keep(form) {
    const words = Object.fromEntries(kept(form).filter((field) => value(field)).map((field) => [field.name, value(field)]));
    try { sessionStorage.setItem(place(form.dataset.draft), JSON.stringify(words)); } catch { /* a full store keeps no draft */ }
  }
  function restore(form) {
    let words;
    try { words = JSON.parse(sessionStorage.getItem(place(form.dataset.draft)) || "null"); } catch { return; }
    if (!words || form.dataset.typed) return;
    let found = false;
    for (const field of kept(form)) {
      if (words[field.name] === undefined || words[field.name] === value(field)) continue;
      if (field.tagName !== "SELECT" && field.type !== "checkbox" && field.value && !field.dataset.draft) continue;
      fill(field, words[field.name]);
      found = true;
    }
    if (found) { form.dataset.restored = "1"; const note = one(".sw-draft", form); if (note) note.hidden = false; form.closest("details")?.setAttribute("open", ""); form.dispatchEvent(new Event("change", { bubbles: true })); }
  }
  for (const form of all("form[data-draft]")) {
    restore(form);
    form.addEventListener("input", () => keep(form));
    form.addEventListener("submit", () => keep(form));
  }

  // ---- a form is sent once; one that answers with a file may be sent again ----
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (event.submitter && "download" in event.submitter.dataset) return; // the page stays, and more may be asked of it
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });

  // ---- the bell: honest when nobody answers; a short sound when it counts more, on this device, if wished ----
  const sound = one("#bell-sound");
  if (sound) {
    sound.checked = localStorage.getItem("bell-sound") === "on";
    sound.addEventListener("change", () => { localStorage.setItem("bell-sound", sound.checked ? "on" : "off"); if (sound.checked) ring(); });
  }
  function ring() {
    try {
      const room = new AudioContext(), tone = room.createOscillator(), loud = room.createGain();
      loud.gain.setValueAtTime(.08, room.currentTime);
      loud.gain.exponentialRampToValueAtTime(.001, room.currentTime + .4);
      tone.frequency.value = 660;
      tone.connect(loud).connect(room.destination);
      tone.start();
      tone.stop(room.currentTime + .4);
    } catch { /* no sound on this device */ }
  }
  const counted = () => parseInt(one("#bell")?.dataset.count || "0", 10);
  let before = counted();
  document.addEventListener("htmx:afterSwap", () => {
    if (counted() > before && localStorage.getItem("bell-sound") === "on") ring();
    before = counted();
  });
  function silent(event) {
    const bell = one("#bell");
    if (event.target !== bell || !bell) return;
    bell.classList.add("sw-silent");
    bell.title = bell.dataset.silent;
    bell.setAttribute("aria-label", bell.dataset.silent);
  }
  document.addEventListener("htmx:sendError", silent);
  document.addEventListener("htmx:responseError", silent);
  document.addEventListener("htmx:afterRequest", (event) => { if (event.target === one("#bell") && event.detail.xhr?.status === 304) { event.target.classList.remove("sw-silent"); event.target.removeAttribute("title"); } });

  // ---- all rows of a page at once ----
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-all]")) return;
    for (const box of all("input[name=no]", event.target.form)) box.checked = event.target.checked;
  });

  // ---- a photo pasted goes into the form's photo field ----
  document.addEventListener("paste", (event) => {
    const pictures = [...(event.clipboardData?.files || [])].filter((file) => file.type.startsWith("image/"));
    const into = one("input[type=file]", event.target.closest?.("form") || one("form[data-main]") || document);
    if (!pictures.length || !into) return;
    const carried = new DataTransfer();
    carried.items.add(pictures[0]);
    into.files = carried.files;
    into.closest("details")?.setAttribute("open", "");
    event.preventDefault();
  });

  // ---- the signature on the screen becomes the file that is asked for ----
  function sign(field) {
    const board = document.createElement("canvas");
    board.className = "sw-sig";
    board.setAttribute("role", "img");
    board.setAttribute("aria-label", field.dataset.sign);
    field.after(board);
    const pad = new window.SignaturePad(board, { penColor: getComputedStyle(board).color });
    const fit = () => { const points = pad.toData(); board.width = board.clientWidth || 320; board.height = board.clientHeight || 120; pad.fromData(points); };
    field.closest("details")?.addEventListener("toggle", fit);
    window.addEventListener("resize", fit);
    fit();
    pad.addEventListener("endStroke", () => board.toBlob((picture) => {
      const carried = new DataTransfer();
      carried.items.add(new File([picture], "signature.png", { type: "image/png" }));
      field.files = carried.files;
    }));
  }
  if (window.SignaturePad) all("input[type=file][data-sign]").forEach(sign);
})();
