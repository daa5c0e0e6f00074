/* The way to the other edition leads to the section that is being read. */
(function () {
  "use strict";

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.edition");
    if (!link) return;
    const read = Array.from(document.querySelectorAll("article section[id]"))
      .filter((section) => section.getBoundingClientRect().top < innerHeight / 3);
    if (read.length > 1) link.hash = read[read.length - 1].id;
  });
})();
