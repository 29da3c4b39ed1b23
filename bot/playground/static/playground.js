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

// Where one sits, and in which language: the server is asked, and the page is opened anew.
{
  const SECONDS = 2;
  const viewer = document.getElementById("viewer-picker");
  const ask = async (chosen) => {
    const headers = { ...transport.authHeaders(null), "X-Slashpost-Switches": "1" };
    const answer = await fetch("/api/pages", {
      method: "POST", headers, body: JSON.stringify(chosen), cache: "no-store",
    });
    if (!answer.ok) throw new Error(`the playground answers ${answer.status}`);
    return answer.json();
  };
  const add = (name, label) => {
    const control = document.createElement("label");
    control.className = "viewer-control";
    control.textContent = label;
    const select = document.createElement("select");
    select.id = name;
    select.setAttribute("aria-label", label);
    control.append(select);
    viewer.parentElement.after(control);
    return select;
  };
  const fill = (select, options, chosen) => {
    const wanted = JSON.stringify([options, chosen]);
    if (select.dataset.shown === wanted || document.activeElement === select) return;
    select.dataset.shown = wanted;
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    select.value = chosen;
  };
  const language = add("language-picker", "Language");
  const place = add("place-picker", "In");
  const show = (seat) => {
    const news = seat.unread ? ` (${seat.unread} new)` : "";
    fill(place, [["channel", "#blog"], ["messages", `Direct messages${news}`]], seat.place);
    fill(language, Object.entries(seat.languages), seat.language);
  };
  const sit = async () => {
    await ask({ place: place.value, language: language.value, viewer: viewer.value });
    window.location.reload();
  };
  place.addEventListener("change", sit);
  language.addEventListener("change", sit);
  const look = async () => {
    try {
      show(await ask({}));
    } catch {
      return; // the playground has ended
    }
    setTimeout(look, SECONDS * 1000);
  };
  look();
}
