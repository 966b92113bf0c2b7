// Reads a coupon's QR code with the camera into the field of codes. Nothing else needs a script here.
(() => {
    const scanner = document.getElementById("scanner");
    if (!scanner) {
        return;
    }
    const form = document.getElementById("counter-form");
    const codes = form.elements.codes;
    const video = scanner.querySelector("video");
    const status = scanner.querySelector("p");
    const button = scanner.querySelector("button");
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const CODE = /^[0-9A-Z-]{1,200}$/;
    const WIDEST = 800; // pixels; more slows a phone down and reads no better
    const PAUSE = 80; // milliseconds between two looks
    const REASONS = { NotAllowedError: "refused", SecurityError: "refused", NotReadableError: "busy" };
    let stream = null;

    function say(word) {
        status.textContent = word ? scanner.dataset[word] : "";
        status.hidden = !word;
    }

    function show(running) {
        video.hidden = !running;
        button.textContent = running ? button.dataset.stop : button.dataset.start;
    }

    // The decoder is large: it comes with the first use of the camera.
    function decoder() {
        if (window.jsQR) {
            return Promise.resolve();
        }
        return new Promise((resolve, reject) => {
            const script = document.createElement("script");
            script.src = scanner.dataset.decoder;
            script.onload = resolve;
            script.onerror = () => reject(new Error("decoder"));
            document.head.append(script);
        });
    }

    function stop() {
        stream?.getTracks().forEach((track) => track.stop());
        stream = null;
        video.srcObject = null;
        show(false);
    }

    async function start() {
        if (!navigator.mediaDevices?.getUserMedia) {
            say(window.isSecureContext ? "absent" : "insecure");
            return;
        }
        button.disabled = true;
        try {
            const camera = { video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } } };
            stream = await navigator.mediaDevices.getUserMedia(camera);
            await decoder();
            video.srcObject = stream;
            show(true);
            await video.play();
            say("aim");
            look();
        } catch (error) {
            stop();
            say(error.message === "decoder" ? "failed" : REASONS[error.name] || "absent");
        } finally {
            button.disabled = false;
        }
    }

    function look() {
        if (!stream) {
            return;
        }
        const text = seen();
        if (text && CODE.test(text)) {
            found(text);
            return;
        }
        if (text) {
            say("foreign");
        }
        setTimeout(look, PAUSE);
    }

    function seen() {
        if (!video.videoWidth) {
            return "";
        }
        const scale = Math.min(1, WIDEST / video.videoWidth);
        canvas.width = Math.round(video.videoWidth * scale);
        canvas.height = Math.round(video.videoHeight * scale);
        pen.drawImage(video, 0, 0, canvas.width, canvas.height);
        const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
        const code = window.jsQR(picture.data, picture.width, picture.height, { inversionAttempts: "dontInvert" });
        return code ? code.data : "";
    }

    // With the bill filled in the check follows at once, before the code is too old.
    function found(text) {
        stop();
        const held = codes.value.trim();
        codes.value = held ? `${held}\n${text}` : text;
        const empty = ["bill_no", "amount"].map((name) => form.elements[name]).find((field) => !field.value.trim());
        if (empty) {
            say("read");
            empty.focus();
        } else {
            say("");
            form.requestSubmit(form.elements.check);
        }
    }

    button.addEventListener("click", () => {
        if (stream) {
            stop();
            say("");
        } else {
            start();
        }
    });
    window.addEventListener("pagehide", stop);
    show(false);
    scanner.hidden = false;
})();
