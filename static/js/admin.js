// Pictures in the review: the first press fetches one, blurred; the second uncovers it, the third covers it again.

document.addEventListener("click", (event) => {
  const cover = event.target.closest(".covered");
  if (!cover) return;
  const picture = cover.querySelector("img");
  if (picture) {
    cover.classList.toggle("is-open");
    return;
  }
  const fetched = new Image();
  fetched.alt = cover.textContent;
  fetched.src = cover.dataset.picture;
  cover.replaceChildren(fetched);
});
