// The form of a draft: tabs, fields of the chosen kind only, lists one can search, and the coupon's
// face beside it, asked from the server while somebody types. Without this script all of it still works.
(() => {
    const tabs = document.querySelector("[data-tabs]");
    if (!tabs) {
        return;
    }
    const form = tabs.closest("form");
    const PAUSE = 350;

    // --- Tabs -------------------------------------------------------------------------------------
    const panes = [...tabs.querySelectorAll(".c-tab")];
    const list = document.createElement("div");
    list.className = "c-tablist";
    list.setAttribute("role", "tablist");
    const buttons = panes.map((pane) => {
        const button = document.createElement("button");
        button.type = "button";
        button.id = `${pane.id}-button`;
        button.textContent = pane.querySelector("legend").textContent;
        button.setAttribute("role", "tab");
        button.setAttribute("aria-controls", pane.id);
        button.classList.toggle("c-tab-wrong", pane.classList.contains("c-tab-wrong"));
        button.addEventListener("click", () => open(pane));
        pane.setAttribute("role", "tabpanel");
        pane.setAttribute("aria-labelledby", button.id);
        list.append(button);
        return button;
    });

    function open(chosen) {
        panes.forEach((pane, i) => {
            pane.hidden = pane !== chosen;
            buttons[i].setAttribute("aria-selected", String(pane === chosen));
            buttons[i].tabIndex = pane === chosen ? 0 : -1;
        });
    }

    list.addEventListener("keydown", (event) => {
        const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
        if (step) {
            const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
            open(panes[next]);
            buttons[next].focus();
        }
    });
    tabs.prepend(list);
    tabs.classList.add("c-tabs-live");
    open(panes.find((pane) => pane.classList.contains("c-tab-wrong")) || panes[0]);

    // --- Fields that are for the chosen kind only -----------------------------------------------------
    function fit() {
        const chosen = [form.elements.kind.value, form.elements.validity.value];
        for (const part of form.querySelectorAll("[data-only-for]")) {
            part.hidden = !part.dataset.onlyFor.split(" ").some((kind) => chosen.includes(kind));
        }
    }
    fit();

    // --- Lists one can search ---------------------------------------------------------------------------
    const MANY = 12;
    for (const box of form.querySelectorAll("[data-ticks]")) {
        const labels = [...box.querySelectorAll("label")];
        if (labels.length <= MANY) {
            continue;
        }
        const search = document.createElement("input");
        search.type = "search";
        search.className = "d-ticks-search";
        search.placeholder = box.dataset.ticks;
        search.setAttribute("aria-label", box.dataset.ticks);
        search.addEventListener("input", (event) => {
            event.stopPropagation();
            const wanted = search.value.trim().toLowerCase();
            for (const label of labels) {
                const found = label.textContent.toLowerCase().includes(wanted);
                label.hidden = !(found || label.querySelector("input").checked);
            }
        });
        search.addEventListener("change", (event) => event.stopPropagation());
        search.addEventListener("keydown", (event) => {
            if (event.key === "Enter") {
                event.preventDefault();
            }
        });
        box.before(search);
    }

    // --- The face --------------------------------------------------------------------------------------
    const stage = document.querySelector("[data-preview]");
    let waiting, running;

    async function look() {
        running?.abort();
        running = new AbortController();
        const said = new FormData(form);
        said.set("look", "card");
        said.delete("picture");  // shown once it is saved: not sent again with every key
        try {
            const answer = await fetch(form.action, {method: "POST", body: said, signal: running.signal});
            if (!answer.ok || answer.redirected) {
                throw new Error(String(answer.status));
            }
            stage.innerHTML = await answer.text();
        } catch (error) {
            if (error.name === "AbortError") {
                return;
            }
            const note = document.createElement("p");
            note.className = "d-note";
            note.textContent = stage.dataset.failed;
            stage.replaceChildren(note);
        }
        stage.classList.remove("c-waiting");
    }

    function soon() {
        fit();
        stage.classList.add("c-waiting");
        clearTimeout(waiting);
        waiting = setTimeout(look, PAUSE);
    }
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);

    // From what is missing to its field, in whichever tab it stands.
    stage.addEventListener("click", (event) => {
        const link = event.target.closest("a[href^='#']");
        const field = link && document.getElementById(link.hash.slice(1));
        if (field) {
            event.preventDefault();
            open(field.closest(".c-tab") || panes[0]);
            field.focus();
        }
    });
    look();
})();
