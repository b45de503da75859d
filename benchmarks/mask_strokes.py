"""How smooth painting is: frames of a stroke on a 12-megapixel phone photo, beside frames of nothing.

Run: python -m benchmarks.mask_strokes
Prints the time from one frame to the next while a brush goes over the picture and while nothing
happens, in one run of one browser, the script's own time for each piece of a stroke, and what
500 strokes weigh in the history.
"""

import shutil
import statistics
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests import pictures
from tests.site import running_site

FRAMES = """(count) => new Promise((done) => {
    const times = [];
    const tick = (now) => (times.push(now) > count ? done(times.slice(1).map((t, i) => t - times[i]))
        : requestAnimationFrame(tick));
    requestAnimationFrame(tick);
})"""
STROKE = """async (level) => {
    const size = document.getElementById("brush-size");
    size.value = level;
    size.dispatchEvent(new Event("input", { bubbles: true }));
    const viewport = document.getElementById("viewport");
    viewport.setPointerCapture = () => {};
    const box = document.getElementById("frame").getBoundingClientRect();
    const spent = [];
    const tell = (type, t) => {
        const start = performance.now();
        const pointer = { pointerId: 9, pointerType: "mouse", button: 0, bubbles: true };
        viewport.dispatchEvent(new PointerEvent(type, { ...pointer,
            clientX: box.left + box.width * (0.5 + 0.4 * Math.sin(t * 5)),
            clientY: box.top + box.height * (0.5 + 0.4 * Math.cos(t * 3)) }));
        spent.push(performance.now() - start);
    };
    const frames = [];
    tell("pointerdown", 0);
    await new Promise((done) => {
        let n = 0;
        let last = 0;
        const tick = (now) => {
            if (last) frames.push(now - last);
            last = now;
            n += 1;
            if (n > 120) return done();
            tell("pointermove", n / 60);
            requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);
    });
    const lifted = performance.now();
    tell("pointerup", 2);
    return { frames, spent: spent.slice(1, -1), lift: performance.now() - lifted };
}"""
HISTORY = """async () => {
    const { Plane } = await import("/static/js/mask/plane.js");
    const { Steps } = await import("/static/js/mask/steps.js");
    const plane = new Plane(1512, 2016);
    const steps = new Steps(plane);
    let seed = 1;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let i = 0; i < 500; i += 1) {
        steps.begin();
        const at = () => ({ x: random() * 1512, y: random() * 2016, r: 20 });
        steps.commit(plane.stroke(at(), at(), { softness: 0.3, isErasing: i % 3 === 2 }));
    }
    const last = plane.data.slice();
    const bytes = steps.list.reduce((sum, step) => sum + step.bytes.length, 0);
    const start = performance.now();
    let count = 0;
    while (steps.undo()) count += 1;
    const isEmpty = plane.data.every((value) => value === 0);
    while (steps.redo());
    const took = (performance.now() - start) / (2 * count);
    return { bytes, count, took, isEmpty, isSame: plane.data.every((value, i) => value === last[i]) };
}"""


def phone_photo() -> bytes:
    """12 megapixels, lying on their side, as a phone writes them."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = BytesIO()
    Image.fromarray(pictures.photo(1008, 756)).resize((4032, 3024)).save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


def told(name: str, times: list[float]) -> None:
    cuts = statistics.quantiles(times, n=20)
    print(f"{name:<32} median {statistics.median(times):6.1f} ms   p95 {cuts[18]:6.1f} ms")


def measure(page: Page) -> None:
    photo = {"name": "phone.jpg", "mimeType": "image/jpeg", "buffer": phone_photo()}
    page.goto("/image/edit/")
    page.set_input_files("#image", photo)  # type: ignore[arg-type]
    page.wait_for_selector("#workspace[data-state=ready]", timeout=60_000)
    page.wait_for_selector("canvas.mask")
    idle = page.evaluate(FRAMES, 120)
    told("frames, nothing happens", idle)
    for level, name in ((32, "small brush"), (100, "largest brush")):
        stroke = page.evaluate(STROKE, level)
        told(f"frames, {name}", stroke["frames"])
        told(f"script for each move, {name}", stroke["spent"])
        print(f"{'lifting, with its undo step':<32} {stroke['lift']:13.1f} ms")
        ratio = statistics.median(idle) / statistics.median(stroke["frames"])
        print(f"{'ratio of frame rates':<32} {ratio:13.2f}")
    history = page.evaluate(HISTORY)
    assert history["isEmpty"], "undoing everything leaves nothing"
    assert history["isSame"], "redoing everything brings it back"
    print(
        f"{history['count']} strokes weigh {history['bytes'] / 1e6:.1f} MB, {history['took']:.2f} ms a step"
    )


def main() -> None:
    """Run a site and a browser, and measure."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, running_site(Path(home)) as site, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        measure(browser.new_page(base_url=site.url, viewport={"width": 1280, "height": 800}))
        browser.close()


if __name__ == "__main__":
    main()
