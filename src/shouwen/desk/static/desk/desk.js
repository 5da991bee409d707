// Keys and drafts. Pages work without this file; nothing here is needed to save anything.
(() => {
  "use strict";
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  const look = () => document.getElementById("look");
  let going = false;

  function move(by) {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement.closest("[data-row]"));
    rows[Math.min(rows.length - 1, Math.max(0, at + by))].querySelector("a, button, summary")?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); look()?.focus(); return; }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.target.closest("form")?.requestSubmit(); return; }
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (going) {
      going = false;
      const page = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (page) { event.preventDefault(); page.click(); }
      return;
    }
    if (event.key === "g") { going = true; return; }
    if (event.key === "/") { event.preventDefault(); look()?.focus(); return; }
    if (event.key === "j" || event.key === "k") { move(event.key === "j" ? 1 : -1); return; }
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (target) { event.preventDefault(); target.click(); target.focus(); }
  });

  // A draft is what was typed and not yet saved; it outlives a reload and an expired sign-in, and goes when it is sent.
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const key = `draft:${form.dataset.draft}`;
    const fields = () => [...form.elements].filter((one) => one.name && !one.name.startsWith("_") && one.type !== "hidden" && one.type !== "file");
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
      for (const one of fields()) if (kept[one.name] && !one.value) one.value = kept[one.name];
    } catch { sessionStorage.removeItem(key); }
    form.addEventListener("input", () => {
      sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields().filter((one) => one.type !== "checkbox").map((one) => [one.name, one.value]))));
    });
    form.addEventListener("submit", () => sessionStorage.removeItem(key));
  }
})();
