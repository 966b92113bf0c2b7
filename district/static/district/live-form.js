// A form with an example beside it, asked from the server while somebody types.
// Without this script the button for it does the same.
(() => {
    const table = document.querySelector("[data-examples]");
    const form = document.querySelector(".d-live form");
    if (!table || !form) {
        return;
    }
    const PAUSE = 350;
    let waiting, running;

    async function look() {
        running?.abort();
        running = new AbortController();
        const values = new FormData(form);
        values.set("look", "table");
        try {
            const answer = await fetch(form.action, {method: "POST", body: values, signal: running.signal});
            if (!answer.ok || answer.redirected) {
                throw new Error(String(answer.status));
            }
            table.innerHTML = await answer.text();
        } catch (error) {
            if (error.name === "AbortError") {
                return;
            }
            const note = document.createElement("p");
            note.className = "d-note";
            note.textContent = table.dataset.failed;
            table.replaceChildren(note);
        }
        table.classList.remove("d-waiting");
    }

    function soon() {
        table.classList.add("d-waiting");
        clearTimeout(waiting);
        waiting = setTimeout(look, PAUSE);
    }
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
})();
