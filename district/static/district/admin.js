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
