// Compares our .env reader with the real python-dotenv on thousands of random texts:
// npx tsx scripts/dotenv/compare.ts PYTHON, with a Python that has python-dotenv.
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { parseDotenv, resolveDotenv } from "../../src/project/settings/dotenv.ts";

const dollar = "$";
const pieces = [
	..."A|KEY|export |export|=| = |'|\"|\\|\\n|\\'|\\\"|#| #|\n|\r\n|\r| |\t|}|\x85|\u2028|\x1c|é|😀|value|'k y'|:-".split("|"),
	...["{A}", "{B:-x}", "{A", ""].map((rest) => dollar + rest),
];
const environment = { B: "from the environment" };
const python = `
import io, json, os, sys
from dotenv.parser import parse_stream
from dotenv.main import resolve_variables
os.environ.clear(); os.environ["B"] = "from the environment"
answers = []
for text in json.load(sys.stdin):
    bindings = list(parse_stream(io.StringIO(text.replace("\\r\\n", "\\n").replace("\\r", "\\n"))))
    pairs = [(each.key, each.value) for each in bindings if each.key is not None]
    resolved = [list(resolve_variables(pairs, override).items()) for override in (True, False)]
    answers.append([pairs, *resolved, sum(each.error for each in bindings)])
print(json.dumps(answers))
`;

const texts = fc.sample(
	fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((parts) => parts.join("")),
	20_000,
);
const answer = spawnSync(process.argv[2] ?? "python3", ["-c", python], {
	input: JSON.stringify(texts),
	encoding: "utf8",
	maxBuffer: 1e9,
});
const theirs: unknown[] = JSON.parse(answer.stdout);
const asTextMode = (text: string): string => text.replace(/\r\n?/g, "\n");
let differences = 0;
for (const [index, text] of texts.entries()) {
	const { entries, problems } = parseDotenv(text);
	const resolved = (["file", "environment"] as const).map((first) =>
		[...resolveDotenv(entries, environment, first)].map(([key, value]) => [asTextMode(key), value]),
	);
	const ours = [entries.map(({ key, value }) => [asTextMode(key), value]), ...resolved, problems.length];
	if (JSON.stringify(ours) === JSON.stringify(theirs[index])) continue;
	differences++;
	console.log(JSON.stringify({ text, ours, theirs: theirs[index] }));
}
console.log(`${texts.length} texts, ${differences} differences`);
process.exitCode = differences === 0 ? 0 : 1;
