"""Drives the real window as a person would: pointer, keys, eyes, and the accessibility tree.

Starts a virtual display of its own, a session bus and the accessibility bus, and ends all of it afterwards.
There is no window manager: the window then stands at the corner of the display, so that window and screen
coordinates are the same.

Debian packages: xvfb xdotool imagemagick dbus at-spi2-core gir1.2-atspi-2.0 python3-gi libgl1 libegl1
libgl1-mesa-dri.

Run as a script, it takes commands from standard input, one a line; see `main` for their names:

    tests/desktop/drive.py target/debug/ascribe <<'END'
    click Next document
    shot /tmp/screen.png
    END
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

TREE_READER = r"""
import gi, json, time
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi
Atspi.init()
nodes = []
def walk(node):
    if node is None: return
    entry = {"role": node.get_role_name(), "name": node.get_name() or ""}
    try:
        rect = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        entry.update(x=rect.x, y=rect.y, w=rect.width, h=rect.height)
    except Exception: pass
    nodes.append(entry)
    for index in range(node.get_child_count()): walk(node.get_child_at_index(index))
desktop = Atspi.get_desktop(0)
for _ in range(50):
    if desktop.get_child_count(): break
    time.sleep(0.1)
for index in range(desktop.get_child_count()): walk(desktop.get_child_at_index(index))
print(json.dumps(nodes))
"""

TEXT_READER = r"""
import gi, json, sys, time
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi
Atspi.init()
def documents(node):
    if node is None: return
    if node.get_role_name() == "document frame" and node.get_text_iface(): yield node
    for index in range(node.get_child_count()): yield from documents(node.get_child_at_index(index))
desktop = Atspi.get_desktop(0)
for _ in range(50):
    if desktop.get_child_count(): break
    time.sleep(0.1)
found = [node for index in range(desktop.get_child_count()) for node in documents(desktop.get_child_at_index(index))]
text = found[0].get_text_iface()
if sys.argv[1:]: text.set_caret_offset(int(sys.argv[1])); time.sleep(0.7)
count = text.get_character_count()
selections = [text.get_selection(index) for index in range(text.get_n_selections())]
line = text.get_string_at_offset(text.get_caret_offset(), Atspi.TextGranularity.LINE)
print(json.dumps({
    "name": found[0].get_name(), "text": text.get_text(0, count), "caret": text.get_caret_offset(),
    "selections": [[one.start_offset, one.end_offset] for one in selections], "line": line.content,
    "states": [state.value_nick for state in found[0].get_state_set().get_states()],
}))
"""

# How long a window may take on a busy machine until it shows what was asked for.
MOST_WAIT_SECS = 60


class Desktop:
    """A display with the program's window on it; use it in a `with` statement."""

    def __init__(self, argv, size=(1440, 900), env=None):
        self.argv, self.size, self.extra, self.helpers, self.app = argv, size, env or {}, [], None

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="ascribe-desktop-")
        os.chmod(self.folder, 0o700)
        homes = {f"XDG_{name}_HOME": f"{self.folder}/{name.lower()}" for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        self.env = dict(os.environ, **homes, XDG_RUNTIME_DIR=self.folder, LIBGL_ALWAYS_SOFTWARE="1", LC_ALL="C.UTF-8")
        for name in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS"):
            self.env.pop(name, None)
        # The server takes a display that is free, and says which once it can be used. It is not to begin anew whenever a
        # tool that looked at it has gone, since it refuses the program meanwhile.
        said, says = os.pipe()
        width, height = self.size
        self.start("Xvfb", "-displayfd", str(says), "-noreset", "-screen", "0", f"{width}x{height}x24", "-nolisten",
                   "tcp", pass_fds=[says])
        os.close(says)
        with open(said, encoding="ascii") as display:
            self.env["DISPLAY"] = f":{int(display.readline())}"
        bus = self.start("dbus-daemon", "--session", "--nofork", "--print-address=1", stdout=subprocess.PIPE)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        self.start("/usr/libexec/at-spi-bus-launcher", "--launch-immediately")
        # Asked for earlier, the bus would start a second launcher, and the program listen to the wrong one.
        self.bus("wait", "--timeout", "60", "org.a11y.Bus")
        for name in ("IsEnabled", "ScreenReaderEnabled"):
            self.bus("call", "--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus", "--method",
                     "org.freedesktop.DBus.Properties.Set", "org.a11y.Status", name, "<true>")
        self.launch()
        return self

    def start(self, *argv, stdout=subprocess.DEVNULL, pass_fds=()):
        process = subprocess.Popen(argv, env=self.env, stdout=stdout, stderr=subprocess.DEVNULL, pass_fds=pass_fds)
        self.helpers.append(process)
        return process

    def bus(self, verb, *arguments):
        subprocess.run(["gdbus", verb, "--session", *arguments], env=self.env, stdout=subprocess.DEVNULL, check=True)

    def launch(self, argv=None):
        """Starts the program, again after it has ended, and waits for its window to fill the display and be at rest."""
        env = dict(self.env, **self.extra)
        with open(f"{self.folder}/program.log", "ab") as log:
            self.app = subprocess.Popen(argv or self.argv, env=env, stdout=log, stderr=log)
        self.wait(self.window)
        window = self.window()
        self.tool("windowmove", window, 0, 0)
        self.tool("windowsize", window, *self.size)
        # On a busy machine the window may not be ready to have the keys yet.
        self.wait(lambda: self.has_keys(window))
        self.seen = []
        self.wait(self.is_at_rest)

    def wait(self, condition):
        """Waits as long as the program runs."""
        wait_for(lambda: condition() or self.app.poll() is not None, MOST_WAIT_SECS)
        if self.app.poll() is not None:
            raise RuntimeError(f"the program has ended: {self.output()}")

    def is_at_rest(self):
        """Whether the window fills the display, and looks as it did when this was asked before."""
        before, self.seen = self.seen, self.nodes()
        frames = [(node.get("w"), node.get("h")) for node in self.seen if node["role"] == "frame"]
        return frames == [self.size] and self.seen == before

    def has_keys(self, window):
        self.tool("windowfocus", window)
        return self.tool("getwindowfocus") == window

    def __exit__(self, *_):
        for process in [self.app] + self.helpers[::-1]:
            if process and process.poll() is None:
                process.terminate()
                try:
                    process.wait(3)
                except subprocess.TimeoutExpired:
                    process.kill()

    def tool(self, *arguments):
        done = subprocess.run(["xdotool", *map(str, arguments)], env=self.env, capture_output=True, text=True)
        return done.stdout.strip()

    def window(self):
        found = self.tool("search", "--onlyvisible", "--pid", self.app.pid).split()
        return found[-1] if found else ""

    def at(self, x, y, times=1, button=1):
        self.tool("mousemove", int(x), int(y))
        time.sleep(0.1)
        self.tool("click", "--repeat", times, "--delay", 60, button)
        time.sleep(0.4)

    def drag(self, x1, y1, x2, y2, steps=12):
        self.tool("mousemove", int(x1), int(y1), "mousedown", 1)
        for step in range(1, steps + 1):
            self.tool("mousemove", int(x1 + (x2 - x1) * step / steps), int(y1 + (y2 - y1) * step / steps))
        self.tool("mouseup", 1)
        time.sleep(0.4)

    def key(self, *chords):
        for chord in chords:
            self.tool("key", "--clearmodifiers", chord)
            time.sleep(0.3)

    def type(self, words):
        self.tool("type", "--delay", 20, words)
        time.sleep(0.3)

    def wheel(self, notches):
        for _ in range(abs(int(notches))):
            self.tool("click", 5 if int(notches) > 0 else 4)
        time.sleep(0.5)

    def shot(self, path):
        subprocess.run(["import", "-window", "root", path], env=self.env, check=True)

    def nodes(self):
        """What a screen reader sees: role, name and rectangle of every node."""
        reader = subprocess.run(["/usr/bin/python3", "-c", TREE_READER], env=self.env, capture_output=True, text=True)
        return json.loads(reader.stdout or "[]")

    def read_text(self, *caret):
        """The text as a screen reader reads it: words, caret, what is selected. May put the caret first."""
        argv = ["/usr/bin/python3", "-c", TEXT_READER, *map(str, caret)]
        reader = subprocess.run(argv, env=self.env, capture_output=True, text=True)
        if reader.returncode:
            raise LookupError(reader.stderr)
        return json.loads(reader.stdout)

    def find(self, name, role=None):
        """The first node with that name, or else with that name in it; waits for it on a slow machine."""
        for _ in range(20):
            nodes = [node for node in self.nodes() if "x" in node and role in (None, node["role"])]
            exact = [node for node in nodes if node["name"] == name]
            partly = [node for node in nodes if name.lower() in node["name"].lower()]
            if exact or partly:
                return (exact or partly)[0]
            time.sleep(0.5)
        raise LookupError(f"there is no node named {name!r}")

    def click(self, name, role=None, button=1):
        node = self.find(name, role)
        self.at(node["x"] + node["w"] / 2, node["y"] + node["h"] / 2, button=button)

    def wait_for_end(self, seconds=10):
        return self.app.wait(seconds)

    def output(self):
        with open(f"{self.folder}/program.log", errors="replace") as log:
            return log.read()

    def memory_mib(self):
        with open(f"/proc/{self.app.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def is_marked(desktop, is_there, seconds):
    """Whether, within this time, all of the sample is read, and the tester's mark is there or not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        names = [node["name"] for node in desktop.nodes()]
        is_whole = any(name in ("Saved", "Safe", "Unsaved changes", "Saving…") for name in names)
        if is_whole and any(name.startswith("denial by tester") for name in names) == is_there:
            return True
    return False


def wait_until_marked(desktop, is_there=True):
    if not is_marked(desktop, is_there, MOST_WAIT_SECS):
        raise TimeoutError(f"the window does not show that the mark is {'there' if is_there else 'gone'}")


def mark_byline(desktop):
    """Marks words of the sample as a denial, as the tester. Pointer and keys may be lost while a busy machine readies
    the window; how fast a drag the program follows is for `cargo test`."""
    wait_until_marked(desktop, False)
    for _ in range(5):
        paragraph = desktop.find("By Continental Press Agency", "paragraph")
        y = paragraph["y"] + paragraph["h"] / 2
        desktop.drag(paragraph["x"] + 30, y, paragraph["x"] + 120, y)
        desktop.key("2")
        if is_marked(desktop, True, MOST_WAIT_SECS / 5):
            return
        # The key has armed the tag, if nothing was selected.
        desktop.key("Escape")
    raise TimeoutError("no words can be marked")


def wait_for(condition, seconds=20):
    end = time.time() + seconds
    while not condition():
        if time.time() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.05)


def main():
    with Desktop(sys.argv[1:]) as desktop:
        for line in sys.stdin:
            words = shlex.split(line, comments=True)
            if not words:
                continue
            verb, rest = words[0], words[1:]
            actions = {
                "wait": lambda: time.sleep(float(rest[0])),
                "click": lambda: desktop.click(" ".join(rest)),
                "at": lambda: desktop.at(*map(float, rest)),
                "double": lambda: desktop.at(*map(float, rest), times=2),
                "triple": lambda: desktop.at(*map(float, rest), times=3),
                "right": lambda: desktop.at(*map(float, rest), button=3),
                "drag": lambda: desktop.drag(*map(float, rest)),
                "key": lambda: desktop.key(*rest),
                "type": lambda: desktop.type(" ".join(rest)),
                "wheel": lambda: desktop.wheel(rest[0]),
                "shot": lambda: desktop.shot(rest[0]),
                "tree": lambda: [print(node) for node in desktop.nodes()],
                "memory": lambda: print(f"{desktop.memory_mib():.0f} MiB"),
                "output": lambda: print(desktop.output()),
            }
            try:
                actions[verb]()
            except (LookupError, TimeoutError, StopIteration) as error:
                print(f"{line.strip()}: {error}")


if __name__ == "__main__":
    main()
