// Copies the text of the element named by data-copy; the text also stands on the page to be selected.
document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) {
        return;
    }
    const source = document.getElementById(button.dataset.copy);
    try {
        await navigator.clipboard.writeText(source.textContent.trim());
        button.textContent = button.dataset.copied;
    } catch {
        // Without https a browser has no clipboard: select the text instead.
        window.getSelection().selectAllChildren(source);
    }
});

// The quick search: Enter opens what is chosen, else the first find of what was typed, also one that is
// still on its way. The theme's own handler fails where nothing is chosen, so it never hears of that.
(() => {
    let awaited = null; // what was typed when Enter came too early, and whether in a new tab

    function firstOf(input) {
        const list = document.getElementById("command-results-list");
        return list && list.dataset.term === input.value.trim() ? list.querySelector("a") : null;
    }

    function open(link, elsewhere) {
        if (elsewhere) {
            window.open(link.href, "_blank");
        } else {
            window.location = link.href;
        }
    }

    document.addEventListener("keydown", (event) => {
        if (event.target.id !== "search-input-command") {
            return;
        }
        awaited = null;
        if (event.key !== "Enter" || event.isComposing) {
            return;
        }
        const chosen = document.querySelector("#command-results-list li.active a");
        if (chosen && firstOf(event.target)) {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
        const first = firstOf(event.target);
        const elsewhere = event.ctrlKey || event.metaKey;
        if (first) {
            open(first, elsewhere);
        } else if (event.target.value.trim()) {
            awaited = { term: event.target.value.trim(), elsewhere };
        }
    }, true);
    document.addEventListener("htmx:afterSettle", () => {
        const input = document.getElementById("search-input-command");
        if (awaited && input && input.value.trim() === awaited.term && firstOf(input)) {
            open(firstOf(input), awaited.elsewhere);
            awaited = null;
        }
    });
})();

// The theme writes a chosen file's name into a box of its own, which our plain fields do not have.
function ownFileFields() {
    for (const input of document.querySelectorAll(".d-form input[type=file]")) {
        input.hasChangeListener = true;
    }
}
document.addEventListener("DOMContentLoaded", ownFileFields);

// A form that answers a POST stands in the history as something to send again; Back shall only open it.
document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("form.d-form")) {
        history.replaceState(history.state, "", window.location.href);
    }
});

// Numbers of a list stand to the right, below a heading that does, too. Long ones without groups are names of things.
document.addEventListener("DOMContentLoaded", () => {
    const number = /^[-+−]?\s?¥?[-−]?\d{1,9}(,\d{3})*(\.\d+)?\s?%?$/;
    for (const cell of document.querySelectorAll("#result_list tbody td, #result_list tbody th")) {
        if (number.test(cell.textContent.trim())) {
            cell.classList.add("d-number");
        }
    }
});
