/* A link to what stands in a fold opens it, and a printed page shows every fold. */
(function () {
  "use strict";

  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    let closed = false;
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS" && !at.open) closed = at.open = true;
    }
    if (closed) target.scrollIntoView();
  }

  // The address does not change when a reader follows the same link twice.
  function follow(event) {
    const link = event.target.closest?.("a[href*='#']");
    if (link && link.href === location.href) reveal();
  }

  let opened = [];
  function unfold() {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach((fold) => { fold.open = true; });
  }

  window.addEventListener("hashchange", reveal);
  window.addEventListener("load", reveal);
  document.addEventListener("click", follow);
  window.addEventListener("beforeprint", unfold);
  window.addEventListener("afterprint", () => opened.forEach((fold) => { fold.open = false; }));
})();
