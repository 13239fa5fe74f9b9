// Filters the documents of a report by file name, rule and verdict. Without it the page shows all of them.
"use strict";
(() => {
  const form = document.getElementById("filters");
  const [file, rule, verdict, told] = ["file", "rule", "verdict", "shown"].map(id => document.getElementById(id));
  const sections = [...document.querySelectorAll("details.section")];
  const documents = [...document.querySelectorAll("details.document")].map(element => ({
    element,
    section: element.closest("details.section"),
    name: element.querySelector(".source").textContent.toLowerCase(),
    rules: element.dataset.rules.split(" "),
  }));
  const unfolded = new Map(sections.map(section => [section, section.open]));

  const show = () => {
    const words = file.value.trim().toLowerCase();
    const filtered = Boolean(words || rule.value || verdict.value);
    const found = documents.filter(each => {
      const shown = each.name.includes(words) && (!rule.value || each.rules.includes(rule.value))
        && (!verdict.value || each.element.classList.contains(verdict.value));
      each.element.hidden = !shown;
      return shown;
    });
    const kept = new Set(found.map(each => each.section));
    for (const section of sections) {
      section.hidden = filtered && !kept.has(section);
      section.open = filtered ? kept.has(section) : unfolded.get(section);
    }
    form.classList.toggle("filtered", filtered);
    told.textContent = told.dataset.text.replace("{shown}", found.length).replace("{all}", documents.length);
  };

  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", event => {
    event.preventDefault();
    file.value = rule.value = verdict.value = "";
    show();
  });
  show();
})();
