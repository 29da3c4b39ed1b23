// A new answer is scrolled into view: its end if all of it fits, else its beginning.
{
  const timeline = document.getElementById("channel-timeline");
  const list = document.getElementById("channel-message-list");
  let newest = 0n;

  const show = () => {
    const last = [...list.querySelectorAll("[data-message-id]")].at(-1);
    if (!last) return;
    const id = BigInt(last.dataset.messageId);
    if (id <= newest) return;
    const isFirst = newest === 0n;
    newest = id;
    if (isFirst) return;
    const fits = last.getBoundingClientRect().height <= timeline.clientHeight;
    requestAnimationFrame(() => last.scrollIntoView({ block: fits ? "end" : "start" }));
  };
  new MutationObserver(show).observe(list, { childList: true, subtree: true });
}
