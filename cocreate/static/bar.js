// On a phone the main act of a page has a bar at the foot: it rests while the same button in the page is in sight.

const act = (button) => button.href ?? button.form;

const bar = document.querySelector(".next-bar.only-narrow");
const main = bar?.querySelector(".btn-primary");
const same = [...document.querySelectorAll("main .btn-primary")].filter((one) => one !== main && main && act(one) === act(main));

if (same.length) {
  const dock = document.querySelector(".bottom-bar");
  const covered = bar.offsetHeight + (dock?.offsetHeight ?? 0); // a button under the bars is not in sight
  const inSight = new Set();
  const watch = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) inSight[isIntersecting ? "add" : "delete"](target);
    bar.toggleAttribute("data-rests", inSight.size > 0 && !bar.contains(document.activeElement));
  }, { rootMargin: `0px 0px -${covered}px`, threshold: 1 });
  for (const button of same) watch.observe(button);
}
