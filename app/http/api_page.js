const find = document.querySelector(".find input");
const sections = [...document.querySelectorAll("section")];
find.addEventListener("input", () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of sections) {
    let shown = 0;
    for (const entry of section.querySelectorAll("details")) {
      const text = entry.querySelector("summary").textContent.toLowerCase();
      entry.hidden = !words.every((word) => text.includes(word));
      shown += !entry.hidden;
    }
    section.hidden = !shown;
  }
});
const reveal = () => {
  const entry = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (entry && entry.tagName === "DETAILS") {
    entry.open = true;
    entry.scrollIntoView();
  }
};
addEventListener("hashchange", reveal);
reveal();
