#!/usr/bin/python3
"""browser.py PAGE.html ...: open each page in headless Chromium and use it
as a reader would, by pointer and by keyboard, at three sizes, in light and
dark and on paper. No two labels may overlap in any state, nothing may be
written to the console and nothing asked of the network.

Exit status: 0 all is well, 1 something is not, 77 there is no Selenium or no
Chromium here.
"""
import base64
import ctypes
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

try:
    from selenium import webdriver
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    print("browser.py: there is no Selenium for", sys.executable)
    sys.exit(77)

DEADLINE = 20       # seconds, for any one thing
WHOLE = 900         # seconds, for all of it
LOAD = 4.0          # seconds until a page is drawn; 2 where it is quiet

# All texts of the drawing that can be seen, each cut to the box it is seen
# through; then all pairs, left to right.
OVERLAPS = r"""
const box = (e) => e.getBoundingClientRect();
const scroll = document.getElementById('scroll');
const found = [];
function add(elements, clip) {
    for (const e of elements) {
        const r = box(e);
        const left = Math.max(r.left, clip.left);
        const right = Math.min(r.right, clip.right);
        const top = Math.max(r.top, clip.top);
        const bottom = Math.min(r.bottom, clip.bottom);
        const style = getComputedStyle(e);
        if (right - left > 0.5 && bottom - top > 0.5 &&
            style.visibility === 'visible' && style.opacity !== '0')
            found.push({left, right, top, bottom, text: e.textContent,
                what: e.getAttribute('class')});
    }
}
const paper = arguments[0];
if (paper) {
    for (const strip of document.querySelectorAll('.strip')) {
        const inner = strip.querySelector('svg');
        const m = strip.getScreenCTM(), at = (x) => m.e + m.a * x;
        add(inner.querySelectorAll('text'), {
            left: at(inner.x.baseVal.value), top: box(strip).top,
            right: at(inner.x.baseVal.value + inner.width.baseVal.value),
            bottom: box(strip).bottom});
        add(strip.querySelectorAll(':scope > text'), box(strip));
    }
} else {
    const s = box(scroll), n = box(document.getElementById('names'));
    const a = box(document.getElementById('axis'));
    const bottom = s.top + scroll.clientHeight;
    add(document.querySelectorAll('#drawing text'), {left: n.right,
        right: s.left + scroll.clientWidth, top: a.bottom, bottom});
    add(document.querySelectorAll('#marks text'), {left: n.right,
        right: s.left + scroll.clientWidth, top: a.top, bottom: a.bottom});
    add(document.querySelectorAll('#names b, #names span'),
        {left: s.left, right: n.right, top: a.bottom, bottom});
}
found.sort((p, q) => p.left - q.left);
const bad = [];
for (let i = 0; i < found.length; i++)
    for (let j = i + 1; j < found.length &&
        found[j].left < found[i].right - 0.5; j++)
        if (Math.min(found[i].bottom, found[j].bottom) -
            Math.max(found[i].top, found[j].top) > 0.5)
            bad.push(found[i].what + ' ' + found[i].text + ' | ' +
                found[j].what + ' ' + found[j].text);
return [found.length, bad];
"""


class Reader:
    """One browser, and what was found wrong with the page it shows."""

    def __init__(self, driver):
        self.driver = driver
        self.page = ""
        self.failures = 0
        self.checks = 0

    def check(self, true, what):
        self.checks += 1
        if not true:
            self.failures += 1
            print("FAILED %s: %s" % (self.page, what))
        return true

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, what, script, *arguments):
        """Until the script returns something true."""
        try:
            WebDriverWait(self.driver, DEADLINE, 0.02).until(
                lambda d: d.execute_script(script, *arguments))
            return self.check(True, what)
        except TimeoutException:
            return self.check(False, "not within %d s: %s" % (DEADLINE, what))

    def settle(self):
        """Two frames on, what was asked for is drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => "
            "requestAnimationFrame(() => requestAnimationFrame(done)));")

    def element(self, name):
        return self.driver.find_element(By.ID, name)

    def keys(self, *keys):
        """To whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()
        self.settle()

    def labels(self, state, paper=False):
        self.settle()
        number, bad = self.js(OVERLAPS, paper)
        self.check(number > 0, "no label at all: " + state)
        self.check(not bad, "labels overlap: %s: %d, %s" % (
            state, len(bad), "; ".join(bad[:3])))
        return number

    def everywhere(self, state):
        """At the beginning, in the middle and at the end."""
        for part in (0, 0.4, 1):
            self.js("const s = document.getElementById('scroll');"
                    "s.scrollLeft = arguments[0] *"
                    "(s.scrollWidth - s.clientWidth);", part)
            self.labels("%s, scrolled to %d%%" % (state, part * 100))

    def media(self, media="", scheme="light"):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "media": media, "features": [
                {"name": "prefers-color-scheme", "value": scheme}]})
        self.settle()

    def console(self):
        for line in self.driver.get_log("browser"):
            self.check(line["level"] not in ("SEVERE", "WARNING"),
                       "the console says: " + line["message"])


def opens(reader, path):
    reader.page = path.name
    reader.driver.set_window_size(1280, 900)
    reader.media()
    reader.driver.get(path.as_uri())
    reader.wait("the page is drawn",
                "return document.documentElement.dataset.ready === 'yes'")
    took = reader.js("const p = performance.getEntriesByType('navigation')[0];"
                     "return p.loadEventEnd / 1000")
    reader.check(took < LOAD, "loaded in %.1f s, not %.1f" % (took, LOAD))
    return took


def hovers(reader):
    """Point at an event that can be seen: its details appear, and are its."""
    reader.js("document.getElementById('scroll')"
              ".scrollIntoView({block: 'center'})")
    dots = reader.js("""
        const names = document.getElementById('names')
            .getBoundingClientRect();
        const scroll = document.getElementById('scroll')
            .getBoundingClientRect();
        const seen = [...document.querySelectorAll('#drawing [data-event]')]
            .filter((e) => { const r = e.getBoundingClientRect();
                return r.left > names.right + 4 &&
                    r.right < scroll.right - 4 && r.top > 60 &&
                    r.top > scroll.top + 22 && r.bottom < innerHeight - 40 &&
                    r.bottom < scroll.bottom - 24; });
        const placed = seen.find((e) => picture.model.events[
            Number(e.dataset.event)].place >= 0);
        const x = (e) => e.getBoundingClientRect().right;
        seen.sort((a, b) => x(a) - x(b));
        return seen.length ? [placed || seen[0], seen[seen.length - 1]] :
            [];""")
    if not reader.check(len(dots) > 0, "no event in view to point at"):
        return
    for dot in dots:
        hover(reader, dot)


def hover(reader, dot):
    number = int(dot.get_attribute("data-event"))
    # The driver would scroll to it, and the page hides the details when it
    # is scrolled: so scroll first.
    reader.js("arguments[0].scrollIntoView({block: 'center', "
              "inline: 'nearest'})", dot)
    reader.settle()
    ActionChains(reader.driver).move_to_element(dot).perform()
    reader.wait("details while pointing at an event",
                "return !document.getElementById('details').hidden")
    shown = reader.element("details").text
    text, lane = reader.js(
        "const e = picture.model.events[arguments[0]];"
        "return [e.text, picture.model.lanes[e.lane].name]", number)
    squeeze = " ".join
    reader.check(squeeze(text.split()) in squeeze(shown.split()) and
                 squeeze(lane.split()) in squeeze(shown.split()),
                 "details of event %d lack its words: %r" % (number, shown))
    place = reader.js(
        "const e = picture.model.events[arguments[0]];"
        "return e.place < 0 ? '' : "
        "picture.source(picture.model.places[e.place]).slice(0, 200)",
        number)
    reader.check(squeeze(place.split()) in squeeze(shown.split()),
                 "details of event %d lack its source line" % number)
    inside = reader.js(
        "const r = document.getElementById('details')"
        ".getBoundingClientRect(); return r.left >= 0 && r.top >= 0 && "
        "r.right <= innerWidth + 1")
    reader.check(inside, "the details leave the window")
    ActionChains(reader.driver).move_to_element(
        reader.element("summary")).perform()
    reader.wait("no details when pointing elsewhere",
                "return document.getElementById('details').hidden")


def zooms(reader):
    width = "return picture.axis.width"
    before = reader.js(width)
    reader.element("zoom-in").click()
    reader.labels("zoomed in")
    grown = reader.js(width)
    reader.check(grown > before, "the button + does not zoom in")
    reader.element("zoom-out").click()
    reader.settle()
    reader.check(reader.js(width) < grown, "the button - does not zoom out")
    reader.element("scroll").click()
    reader.keys(Keys.ESCAPE)
    before = reader.js(width)
    reader.keys("+")
    grown = reader.js(width)
    reader.check(grown > before, "the key + does not zoom in")
    reader.keys("-")
    reader.check(reader.js(width) < grown, "the key - does not zoom out")
    for _ in range(4):
        reader.keys("+")
    reader.everywhere("zoomed in four times")
    for _ in range(9):
        reader.keys("-")
    reader.everywhere("zoomed out")
    for _ in range(9):
        reader.keys("+")
    reader.keys("0")
    fits = reader.js("return picture.axis.width <= picture.axis.room + 1 || "
                     "picture.axis.column <= 3")
    reader.check(fits, "0 does not show all of it")
    reader.everywhere("all of it")
    reader.element("zoom-fit").click()
    reader.settle()


def searches(reader):
    """Search for the name of a lane that has events: matches, and n and p
    go from one to the next and back."""
    name = reader.js("return picture.model.lanes[picture.model.events["
                     "picture.model.events.length - 1].lane].name")
    reader.element("scroll").click()
    reader.keys("/")
    reader.check(reader.driver.switch_to.active_element.get_attribute("id")
                 == "search", "/ does not go to the search")
    reader.keys("zzz-not-there")
    reader.check(reader.element("matches").text == "no match",
                 "what is not there is found")
    reader.keys(Keys.ESCAPE)
    reader.check(reader.element("search").get_attribute("value") == "",
                 "Escape does not empty the search")
    reader.keys("/")
    reader.driver.switch_to.active_element.send_keys(name)
    reader.settle()
    number = reader.js("return picture.matched.size")
    if not reader.check(number > 0, "nothing found for %r" % name):
        return
    reader.keys(Keys.ENTER)
    first = reader.js("return picture.selected")
    reader.check(reader.js("return picture.matched.has(picture.selected)"),
                 "Enter does not go to a match")
    reader.labels("at a match")
    reader.js("document.getElementById('scroll').focus()")
    reader.keys("n")
    second = reader.js("return picture.selected")
    reader.check(second != first or number == 1,
                 "n does not go to the next match")
    reader.keys("p")
    reader.check(reader.js("return picture.selected") == first,
                 "p does not go back to the match before")
    seen = reader.js("""
        const s = document.getElementById('scroll');
        const x = picture.axis.xs[picture.selected] - s.scrollLeft;
        return x >= 0 && x <= picture.axis.room;""")
    reader.check(seen, "the match is not in view")
    reader.element("search").clear()
    reader.js("picture.search('')")


def keyboard(reader):
    """Tab comes to the picture; arrows go from event to event."""
    reader.js("document.activeElement.blur(); scrollTo(0, 0);"
              "picture.select(-1)")
    for _ in range(400):
        reader.driver.switch_to.active_element.send_keys(Keys.TAB)
        if reader.js("return document.activeElement.id") == "scroll":
            break
    if not reader.check(reader.js("return document.activeElement.id")
                        == "scroll", "Tab does not come to the picture"):
        return
    ring = reader.js("return getComputedStyle(document.activeElement)"
                     ".outlineStyle")
    reader.check(ring != "none", "no ring around what has the focus")
    selected = "return picture.selected"
    reader.keys(Keys.HOME)
    reader.check(reader.js(selected) == 0, "Home is not the first event")
    reader.keys(Keys.ARROW_RIGHT)
    last = reader.js("return picture.model.events.length - 1")
    reader.check(reader.js(selected) > 0, "the right arrow does nothing")
    reader.check(reader.js("return picture.model.events[picture.selected]"
                           ".lane === picture.model.events[0].lane"),
                 "the right arrow leaves the lane")
    reader.settle()
    reader.wait("details of the event the arrow came to",
                "return !document.getElementById('details').hidden")
    reader.check(reader.js("return document.getElementById('said')"
                           ".textContent") != "", "nothing is said aloud")
    reader.keys(Keys.ARROW_LEFT)
    reader.check(reader.js(selected) == 0, "the left arrow does not go back")
    if reader.js("return picture.rows.filter((l) => l.events.length)"
                 ".length") > 1:
        reader.keys(Keys.ARROW_DOWN)
        reader.check(reader.js("return picture.model.events[picture.selected]"
                               ".lane") != 0, "the down arrow does nothing")
        reader.keys(Keys.ARROW_UP)
        reader.check(reader.js("return picture.model.events[picture.selected]"
                               ".lane") == 0, "the up arrow does not go back")
    reader.keys(Keys.END)
    reader.check(reader.js(selected) == last, "End is not the last event")
    reader.labels("at the last event")
    reader.keys(Keys.ESCAPE)
    reader.check(reader.js(selected) == -1, "Escape does not deselect")
    reader.keys("?")
    reader.check(reader.js("return document.getElementById('help').open"),
                 "? shows no help")
    reader.keys(Keys.ESCAPE)
    reader.check(not reader.js("return document.getElementById('help').open"),
                 "Escape does not close the help")


def findings(reader):
    """Each is in words and steps at the top, and brings its events."""
    number = reader.js("return picture.model.findings.length")
    reader.check(len(reader.driver.find_elements(
        By.CSS_SELECTOR, "#finding-list > li")) == number,
        "not every finding is told")
    buttons = reader.driver.find_elements(By.CSS_SELECTOR, "button.title")
    for at, button in enumerate(buttons[:4]):
        reader.js("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        reader.labels("finding %d" % (at + 1))
        reader.check(reader.js("return picture.chosen === "
                               "picture.model.findings[arguments[0]]", at),
                     "finding %d is not chosen by its button" % (at + 1))
        drawn = reader.js("""
            const xs = picture.axis.xs, n = picture.chosen.events;
            const s = document.getElementById('scroll').scrollLeft;
            return !n.length || n.some((i) => xs[i] >= s &&
                xs[i] <= s + picture.axis.room);""")
        reader.check(drawn, "finding %d is not brought into view" % (at + 1))
        steps = reader.js("return [new Set(picture.chosen.events).size, "
                          "document.querySelectorAll('.step-text').length]")
        reader.check(not steps[0] or steps[1] > 0,
                     "no step of finding %d is numbered" % (at + 1))
    if number > 1:
        reader.js("document.getElementById('scroll').focus()")
        before = reader.js("return picture.model.findings.indexOf("
                           "picture.chosen)")
        reader.keys("n")
        reader.check(reader.js("return picture.model.findings.indexOf("
                               "picture.chosen)") == (before + 1) % number,
                     "n does not go to the next finding")
        reader.keys("p")
        reader.check(reader.js("return picture.model.findings.indexOf("
                               "picture.chosen)") == before,
                     "p does not go to the finding before")


def axes(reader):
    reader.element("by-time").click()
    reader.check(reader.js("return picture.axis.mode") == "time",
                 "the switch does not change the axis")
    straight = reader.js("""
        const e = picture.model.events, xs = picture.axis.xs;
        return e.every((event, n) => Math.abs(xs[n] - xs[0] -
            (event.t - e[0].t) * picture.axis.scale) < 0.01);""")
    reader.check(straight, "in real time, distance is not time")
    reader.everywhere("real time")
    for _ in range(6):
        reader.element("zoom-in").click()
    reader.everywhere("real time, zoomed in")
    reader.element("by-order").click()
    reader.check(reader.js("return picture.axis.mode") == "order",
                 "the switch does not change back")
    reader.everywhere("order of events")


def folds(reader):
    number = reader.js("return picture.folds.length")
    if not number:
        return
    reader.js("document.getElementById('scroll').focus()")
    for _ in range(2):  # one that was gone into is open, or all are
        if reader.js("return picture.folds.some((f) => f.open)"):
            reader.keys("f")
    before = reader.js("return picture.axis.width")
    drawn = reader.js("""
        const s = document.getElementById('scroll');
        const fold = picture.axis.folds[0];
        s.scrollLeft = fold.x - 200; return fold.first;""")
    reader.labels("at a fold")
    # Not the drawing: that is wider than the window, and would be scrolled
    # sideways too, so that the fold may come to lie behind the names.
    reader.js("document.getElementById('scroll')"
              ".scrollIntoView({block: 'start'})")
    reader.settle()
    column = reader.driver.find_element(
        By.CSS_SELECTOR, "[data-fold='%d']" % drawn)
    x, y = reader.js("""
        const r = arguments[0].getBoundingClientRect();
        return [Math.round(r.left + r.width / 2),
            Math.round(Math.max(r.top, 0) + 60)];""", column)
    click = ActionChains(reader.driver)
    click.w3c_actions.pointer_action.move_to_location(x, y).click()
    click.perform()
    reader.settle()
    reader.check(reader.js("return picture.folds[0].open"),
                 "a click does not unfold")
    reader.check(reader.js("return picture.axis.width") > before,
                 "what is unfolded takes no more room")
    reader.labels("one fold opened")
    reader.js("document.getElementById('scroll').focus()")
    reader.keys("f")
    reader.keys("f")
    if reader.js("return picture.folds.some((f) => f.open)"):
        reader.keys("f")
    reader.check(not reader.js("return picture.folds.some((f) => f.open)"),
                 "f does not fold again")


def sizes(reader):
    for wide, high in ((800, 700), (1920, 1080), (1280, 900)):
        reader.driver.set_window_size(wide, high)
        reader.everywhere("%d pixels wide" % wide)
        sideways = reader.js("return document.documentElement.scrollWidth - "
                             "innerWidth")
        reader.check(sideways <= 0, "%d pixels wide: the page itself "
                     "scrolls sideways" % wide)


def colours(reader):
    def paper():
        return reader.js("return getComputedStyle(document.body)"
                         ".backgroundColor")

    def ink():
        return reader.js("return getComputedStyle(document.body).color")

    def brightness(colour):
        return sum(int(c) for c in colour[4:-1].split(",")[:3])

    reader.media(scheme="dark")
    reader.check(brightness(paper()) < 200 < 500 < brightness(ink()),
                 "dark is not dark: %s on %s" % (ink(), paper()))
    reader.labels("dark")
    reader.media("print", "dark")
    reader.check(brightness(paper()) > 700 and brightness(ink()) < 200,
                 "paper is not white: %s" % paper())
    reader.wait("strips on paper",
                "return document.querySelectorAll('.strip').length > 0")
    reader.labels("on paper", paper=True)
    shown = reader.js("""
        const seen = (id) => { const e = document.getElementById(id);
            return !!e && e.getClientRects().length > 0; };
        return [seen('scroll'), seen('tools'), seen('strips'),
            seen('findings')];""")
    reader.check(shown == [False, False, True, True],
                 "on paper these are shown: scroll, tools, strips, "
                 "findings: %s" % shown)
    whole = reader.js("""
        const e = picture.model.events.length, drawn = new Set();
        document.querySelectorAll('.strip [data-event]').forEach((d) =>
            drawn.add(Number(d.dataset.event)));
        return e > 300 || drawn.size === e;""")
    reader.check(whole, "on paper an event is missing")
    reader.media()
    reader.check(brightness(paper()) > 700, "light is not light")
    reader.wait("no strips on the screen",
                "return !document.querySelector('.strip')")
    pdf = base64.b64decode(reader.driver.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True,
                            "printBackground": True})["data"])
    reader.check(pdf.startswith(b"%PDF") and len(pdf) > 5000,
                 "it cannot be printed")


def quiet(reader):
    asked = reader.js("return performance.getEntriesByType('resource')"
                      ".map((e) => e.name)")
    reader.check(not asked, "asks the network for %s" % asked)
    reader.console()
    dropped = reader.js("return [picture.model.dropped > 0, "
                        "document.getElementById('dropped')"
                        ".getClientRects().length > 0]")
    reader.check(dropped[0] == dropped[1], "events were dropped: %s, and a "
                 "banner is shown: %s" % tuple(dropped))
    praise = reader.js("""
        const m = picture.model;
        return [!m.findings.length && m.events.length > 0 && !m.dropped &&
            !/^no progress/.test(m.end),
            /^Nothing to find fault with$/.test(document.getElementById(
                'findings-title').textContent)];""")
    reader.check(praise[0] == praise[1], "nothing to find fault with: %s, "
                 "and it says so: %s" % tuple(praise))
    stuck = reader.js("return [picture.model.lanes.filter((l) => l.stuck)"
                      ".length, document.querySelectorAll("
                      "'.name.stuck .end').length]")
    reader.check(stuck[0] == stuck[1], "%d lanes are stuck, %d are marked"
                 % tuple(stuck))


def read(reader, path):
    took = opens(reader, path)
    if reader.failures and not reader.js("return !!window.picture || "
                                         "typeof picture === 'object'"):
        return
    reader.labels("as it is opened")
    reader.check(reader.js("return document.querySelectorAll('text.label')"
                           ".length") > 0, "no event has a label")
    for part in (hovers, findings, zooms, searches, keyboard, axes, folds,
                 sizes, colours, quiet):
        before = reader.failures
        try:
            part(reader)
        except Exception as error:  # the others are still worth a look
            reader.check(False, "%s: %s" % (part.__name__, str(error)
                                            .split("\n")[0]))
        if reader.failures > before:
            reader.console()
    print("%s: loaded in %.2f s" % (path.name, took))


def browser(scratch):
    options = Options()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking",
                     "--disable-component-update", "--mute-audio",
                     "--force-device-scale-factor=1",
                     "--user-data-dir=" + os.path.join(scratch, "profile")):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(
        shutil.which("chromedriver"), log_path=os.devnull))
    driver.set_page_load_timeout(DEADLINE * 2)
    driver.set_script_timeout(DEADLINE)
    return driver


def left_over(scratch):
    """The processes that were started with our scratch folder."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if scratch.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            pass
    return found


def adopt():
    """Ask Linux for the orphans of the browser: somebody must reap them, and
    not every container has an init that does."""
    try:
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    except (OSError, AttributeError):
        pass


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def tidy(scratch):
    """What does not end of itself within the deadline is killed."""
    end = time.monotonic() + 5
    while left_over(scratch) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in left_over(scratch):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    end = time.monotonic() + 5
    while left_over(scratch) and time.monotonic() < end:
        time.sleep(0.05)
    reap()


def stop(number, _frame):
    raise SystemExit("browser.py: ended by signal %d" % number if
                     number != signal.SIGALRM else
                     "browser.py: not done in %d s" % WHOLE)


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: browser.py PAGE.html ...")
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            print("browser.py: there is no", program)
            sys.exit(77)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP,
                   signal.SIGALRM):
        signal.signal(number, stop)
    signal.alarm(WHOLE)
    scratch = tempfile.mkdtemp(prefix="picture-")
    os.environ["TMPDIR"] = os.environ["HOME"] = scratch
    driver, failures, checks = None, 1, 0
    adopt()
    try:
        driver = browser(scratch)
        reader = Reader(driver)
        for name in sys.argv[1:]:
            read(reader, pathlib.Path(name).resolve())
        failures, checks = reader.failures, reader.checks
    finally:
        try:
            if driver is not None:
                driver.quit()
        finally:
            tidy(scratch)
            shutil.rmtree(scratch, ignore_errors=True)
    print("%d checks, %d failed" % (checks, failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
