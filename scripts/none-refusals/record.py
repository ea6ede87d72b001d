"""Writes data/none-refusals.json: what functions of the standard library say to a None, by calling each with one.

Run: python record.py PYTHON… with an interpreter of every version that is to be described, oldest first. Each template below is a call in
which N stands for None; it is kept where every Python raises at that call, with the words of each.
"""

import ast
import datetime
import json
import pathlib
import subprocess
import sys

TEMPLATES = """
os.path.join(N, "a")
os.path.join("a", N)
os.path.join("a", "b", N)
os.path.join("a", N, "b")
os.path.join(N, "a", "b")
os.path.join("a", "b", "c", N)
os.path.join("a", "b", N, "c")
os.path.join("a", N, "b", "c")
os.path.abspath(N)
os.path.realpath(N)
os.path.dirname(N)
os.path.basename(N)
os.path.split(N)
os.path.splitext(N)
os.path.expanduser(N)
os.path.expandvars(N)
os.path.normpath(N)
os.path.relpath(N)
os.path.isabs(N)
os.path.exists(N)
os.path.isfile(N)
os.path.isdir(N)
os.path.getsize(N)
os.makedirs(N)
os.makedirs(N, 0o755)
os.mkdir(N)
os.stat(N)
os.chdir(N)
os.putenv("A", N)
os.environ.setdefault("BOOTMEND_NONE", N)
pathlib.Path(N)
pathlib.Path("a", N)
pathlib.Path("a", "b", N)
pathlib.Path("a", N, "b")
pathlib.Path.joinpath(pathlib.Path("a"), N)
shutil.which(N)
builtins.open(N)
builtins.open(N, "r")
builtins.open(N, "rb")
builtins.int(N)
builtins.int(N, 10)
builtins.int("1", N)
builtins.float(N)
builtins.complex(N)
builtins.len(N)
builtins.list(N)
builtins.tuple(N)
builtins.set(N)
builtins.frozenset(N)
builtins.dict(N)
builtins.sorted(N)
builtins.reversed(N)
builtins.enumerate(N)
builtins.enumerate(N, 1)
builtins.sum(N)
builtins.sum(N, 0)
builtins.any(N)
builtins.all(N)
builtins.max(N)
builtins.min(N)
builtins.iter(N)
builtins.map(str, N)
builtins.filter(None, N)
builtins.zip(N)
builtins.zip("a", N)
builtins.zip(N, "a")
builtins.range(N)
builtins.range(0, N)
builtins.range(N, 5)
builtins.range(0, N, 1)
builtins.range(0, 5, N)
builtins.round(N)
builtins.round(N, 2)
builtins.abs(N)
builtins.chr(N)
builtins.ord(N)
builtins.bytes(N)
builtins.bytes(N, "utf8")
builtins.bytes.fromhex(N)
builtins.bytearray(N)
builtins.bytearray(N, "utf8")
builtins.getattr("a", N)
builtins.getattr("a", N, 1)
json.loads(N)
re.compile(N)
re.compile(N, 2)
re.match("a", N)
re.search("a", N)
re.fullmatch("a", N)
re.split("a", N)
re.findall("a", N)
re.sub("a", "b", N)
base64.b64decode(N)
base64.b64encode(N)
base64.urlsafe_b64decode(N)
base64.urlsafe_b64encode(N)
base64.standard_b64decode(N)
base64.b32decode(N)
binascii.unhexlify(N)
hashlib.sha256(N)
hashlib.sha1(N)
hashlib.sha512(N)
hashlib.md5(N)
hmac.new(N, b"a", "sha256")
hmac.new(N, b"a", digestmod="sha256")
hmac.new(N, digestmod="sha256")
urllib.parse.quote(N)
urllib.parse.quote_plus(N)
urllib.parse.unquote(N)
urllib.parse.unquote_plus(N)
urllib.parse.urlencode(N)
datetime.datetime.fromisoformat(N)
datetime.datetime.strptime(N, "%Y")
datetime.date.fromisoformat(N)
datetime.datetime.fromtimestamp(N)
datetime.timedelta(N)
datetime.timedelta(0, N)
datetime.timedelta(days=N)
datetime.timedelta(hours=N)
datetime.timedelta(minutes=N)
datetime.timedelta(seconds=N)
datetime.timedelta(weeks=N)
datetime.timedelta(milliseconds=N)
decimal.Decimal(N)
fractions.Fraction(N)
uuid.UUID(N)
ipaddress.ip_address(N)
ipaddress.ip_network(N)
ast.literal_eval(N)
importlib.import_module(N)
logging.getLogger.setLevel(N)
zoneinfo.ZoneInfo(N)
time.sleep(N)
asyncio.Semaphore(N)
threading.Semaphore(N)
socket.gethostbyname(N)
sqlite3.connect(N)
shlex.split(N)
string.Template(N)
fnmatch.fnmatch("a", N)
math.ceil(N)
math.floor(N)
secrets.compare_digest("a", N)
"""

# What a name of the templates stands for where it is none of its module.
CALLABLES = {"logging.getLogger.setLevel": "logging.getLogger('bootmend').setLevel"}

PROBE = """
import json, sys, warnings
warnings.simplefilter("ignore")
answers = {}
for template, modules, call in json.load(sys.stdin):
    try:
        scope = {"N": None}
        for module in modules:
            try:
                exec(f"import {module}", scope)
            except ModuleNotFoundError:
                pass
        if modules[-1] not in sys.modules:
            continue
        eval(call, scope)
    except Exception as error:
        answers[template] = f"{type(error).__name__}: {error}"
    else:
        answers[template] = None
print(json.dumps(answers))
"""


def parse(template):
    call = ast.parse(template, mode="eval").body
    name = ast.unparse(call.func)
    positions = [at for at, value in enumerate(call.args) if isinstance(value, ast.Name) and value.id == "N"]
    keywords = [keyword.arg for keyword in call.keywords if isinstance(keyword.value, ast.Name) and keyword.value.id == "N"]
    # An instance method is asked of its class with the object in front.
    shift = 1 if name == "pathlib.Path.joinpath" else 0
    return name, len(call.args) - shift, positions[0] - shift if positions else None, keywords[0] if keywords else None


def modules_of(name):
    parts = name.split(".")[:-1]
    owner = parts[:2] if parts[:2] in (["os", "path"], ["urllib", "parse"]) else parts[:1]
    return ["pathlib", ".".join(owner)]


def main(interpreters):
    templates = TEMPLATES.split("\n")[1:-1]
    asked = []
    for template in templates:
        name = parse(template)[0]
        asked.append((template, modules_of(name), template.replace(name, CALLABLES.get(name, name), 1)))
    told = {}
    for interpreter in interpreters:
        version = subprocess.run([interpreter, "-c", "import sys; print(sys.version_info[1])"], capture_output=True, text=True, check=True)
        run = subprocess.run([interpreter, "-c", PROBE], input=json.dumps(asked), capture_output=True, text=True, check=True)
        told[int(version.stdout)] = json.loads(run.stdout)
    calls = {}
    for template in templates:
        words = {minor: answers[template] for minor, answers in told.items() if template in answers}
        if not words or any(error is None for error in words.values()):
            print("left out, since it is taken by some Python:", template, file=sys.stderr)
            continue
        name, given, position, keyword = parse(template)
        since = []
        for minor, error in sorted(words.items()):
            if not since or since[-1]["error"] != error:
                since.append({"minor": minor, "error": error})
        place = {"given": given, "position": position} if keyword is None else {"keyword": keyword}
        calls.setdefault(name, []).append({**place, "since": since})
    data = {"asOf": datetime.date.today().isoformat(), "minors": sorted(told), "calls": dict(sorted(calls.items()))}
    path = pathlib.Path(__file__).parents[2] / "data" / "none-refusals.json"
    path.write_text(json.dumps(data, indent="\t") + "\n")


main(sys.argv[1:])
