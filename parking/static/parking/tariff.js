// The form of a tariff: the table of example stays, asked from the server while somebody types.
// Without this script the button for it does the same.
(() => {
    const table = document.querySelector("[data-examples]");
    const form = document.querySelector(".p-tariff form");
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
        table.classList.remove("p-waiting");
    }

    function soon() {
        table.classList.add("p-waiting");
        clearTimeout(waiting);
        waiting = setTimeout(look, PAUSE);
    }
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
})();
