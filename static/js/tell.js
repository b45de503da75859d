// "Tell a friend" and "Copy link": the system's own share sheet where there is one.

for (const box of document.querySelectorAll("[data-share-url]")) {
  const share = box.querySelector("[data-share]");
  const copy = box.querySelector("[data-copy]");
  const what = { title: box.dataset.shareTitle, url: box.dataset.shareUrl };

  if (navigator.share) {
    share.hidden = false;
    share.addEventListener("click", () => navigator.share(what).catch(() => {}));
  }
  copy.addEventListener("click", async () => {
    const words = copy.textContent;
    try {
      await navigator.clipboard.writeText(what.url);
      copy.textContent = copy.dataset.copied;
    } catch {
      copy.textContent = what.url; // no clipboard here: the address itself can be selected
      return;
    }
    setTimeout(() => (copy.textContent = words), 2500);
  });
}
