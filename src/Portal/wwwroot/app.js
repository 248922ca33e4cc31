"use strict";

// Works by delegation on the document: static pages, prerendered pages and live circuits alike.
(() => {
  const root = document.documentElement;
  const year = 60 * 60 * 24 * 365;

  const isDark = () => root.dataset.theme === "dark"
    || (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);

  const turnTheme = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    document.cookie = `pirogov.theme=${root.dataset.theme}; path=/; max-age=${year}; samesite=lax`;
  };

  const showNavigation = open => {
    document.querySelector(".shell")?.classList.toggle("nav-open", open);
    document.querySelector("[data-nav-toggle]")?.setAttribute("aria-expanded", String(open));
  };

  const copy = async button => {
    const source = document.getElementById(button.dataset.copy);
    if (!source) {
      return;
    }
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.textContent = button.dataset.copied;
    } catch {
      // Without a secure origin there is no clipboard: the text stays selected for the person's own shortcut.
    }
  };

  // What is wider than its place is reached, and scrolled, by the keyboard too.
  let looking = 0;
  const reach = () => {
    looking = 0;
    for (const part of document.querySelectorAll(".mud-table-container, .scrolls")) {
      if (part.scrollWidth > part.clientWidth) {
        part.tabIndex = 0;
      } else {
        part.removeAttribute("tabindex");
      }
    }
  };
  const lookAgain = () => looking ||= requestAnimationFrame(reach);
  new MutationObserver(lookAgain).observe(root, { childList: true, subtree: true });
  addEventListener("resize", lookAgain);

  document.addEventListener("click", event => {
    const at = selector => event.target instanceof Element ? event.target.closest(selector) : null;
    if (at(".skip-link")) {
      // With a base address "#content" would lead to the start page.
      event.preventDefault();
      document.getElementById("content")?.focus();
    } else if (at("[data-theme-switch]")) {
      turnTheme();
    } else if (at("[data-nav-toggle]")) {
      showNavigation(!document.querySelector(".shell")?.classList.contains("nav-open"));
    } else if (at(".shell-nav a") || !at(".shell-nav")) {
      showNavigation(false);
    }
    const button = at("[data-copy]");
    if (button) {
      copy(button);
    }
  });

  document.addEventListener("keydown", event => {
    if (event.key === "Escape") {
      showNavigation(false);
    }
  });
})();
