import * as fc from "fast-check";
import { parseDotenv, resolveDotenv } from "../../../src/project/settings/dotenv.ts";
import { findSyntaxFaults } from "../../../src/python/grammar.ts";
import { parseModule } from "../../../src/python/parse.ts";
import { walk } from "../../../src/python/walk.ts";
import { diffTexts } from "../../../src/text/diff.ts";
import { show, showLine } from "../../../src/text/gate.ts";
import { mergeTexts } from "../../../src/text/merge.ts";
import { readException } from "../../../src/verify/traceback.ts";
import { type Mutation, mutate, mutations } from "../mutations.ts";
import { installedSources, seedTexts } from "../seeds.ts";
import { law, type Target } from "../target.ts";

interface Damaged {
	readonly seed: number;
	readonly changes: readonly Mutation[];
}

const damaged: fc.Arbitrary<Damaged> = fc.record({ seed: fc.nat(1_000_000), changes: mutations });

/** Texts to choose from are read when the first run asks for them. */
function pick(seeds: () => readonly string[]): (input: Damaged) => string {
	let texts: readonly string[] | null = null;
	return ({ seed, changes }) => {
		texts ??= seeds();
		return mutate(texts[seed % Math.max(1, texts.length)] ?? "", changes);
	};
}

const isPython = (path: string) => path.endsWith(".py");
const pythonText = pick(() => [...seedTexts(isPython), ...installedSources(2_000)]);
const anyText = pick(() => seedTexts(() => true));
const envText = pick(() => seedTexts((path) => /(^|\/)\.env/.test(path)));

/** Sources: any text gives a tree whose places lie in the text. */
export const python: Target<Damaged> = {
	name: "python",
	weight: 3,
	input: damaged,
	run: (input) => {
		const text = pythonText(input);
		const tree = parseModule(text);
		let nodes = 0;
		walk(tree, (node) => {
			nodes++;
			law(
				node.start >= 0 && node.start <= node.end && node.end <= text.length,
				() => `${node.type} at ${node.start}..${node.end}`,
			);
		});
		const faults = [8, 11, 13].map((minor) => findSyntaxFaults(text, tree, minor));
		for (const { start, end, message } of faults.flat()) {
			law(start >= 0 && start <= end && end <= text.length, () => `"${message}" at ${start}..${end} of ${text.length}`);
		}
		return `${nodes} ${JSON.stringify(faults)}`;
	},
};

const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/u;

/** The display gate: nothing that acts on a terminal passes, lines stay, and what is shown is shown again as it is. */
export const gate: Target<Damaged> = {
	name: "gate",
	weight: 2,
	input: damaged,
	run: (input) => {
		const text = anyText(input);
		const results: string[] = [];
		for (const path of ["app/main.py", ".env", undefined]) {
			const shown = show(text, path);
			const hidden = acting.exec(shown);
			law(hidden === null, () => `U+${hidden?.[0].codePointAt(0)?.toString(16)} is shown`);
			law(show(shown, path) === shown, () => "shown twice differs");
			const lines = text.replace(/\r\n?/g, "\n").split("\n").length;
			law(shown.split("\n").length === lines, () => `${lines} lines became ${shown.split("\n").length}`);
			law(!showLine(text, path).includes("\n"), () => "a line break in one line");
			results.push(shown);
		}
		return results.join("\0");
	},
};

/** Settings files, as python-dotenv reads them. */
export const dotenv: Target<Damaged> = {
	name: "dotenv",
	weight: 1,
	input: damaged,
	run: (input) => {
		const text = envText(input);
		const { entries, problems } = parseDotenv(text);
		for (const { key, keyRange, valueRange, line } of entries) {
			law(text.slice(keyRange.start, keyRange.end) === key, () => `${key} is not where it says`);
			law(line >= 1 && (valueRange === null || valueRange.end <= text.length), () => `${key} lies outside`);
		}
		const values = resolveDotenv(entries, { HOME: "/root", A: "$" + "{B}", B: "$" + "{A}" }, "file");
		return JSON.stringify([entries, problems, [...values]]);
	},
};

/** Differences and merges: what they say leads from one text to the other. */
export const differences: Target<readonly [Damaged, readonly Mutation[], readonly Mutation[]]> = {
	name: "differences",
	weight: 1,
	input: fc.tuple(damaged, mutations, mutations),
	run: ([input, one, two]) => {
		const base = anyText(input).slice(0, 50_000);
		const ours = mutate(base, one);
		const theirs = mutate(base, two);
		const hunks = diffTexts(base, ours, { display: (text) => show(text) });
		law((base === ours) === (hunks.length === 0), () => "equal texts differ, or different ones do not");
		const same = mergeTexts(base, ours, ours);
		law(same.type === "merged" && same.text === ours, () => "the same change twice is a conflict");
		const alone = mergeTexts(base, base, theirs);
		law(alone.type === "merged" && alone.text === theirs, () => "a change on one side is lost");
		return JSON.stringify([hunks.length, mergeTexts(base, ours, theirs)]);
	},
};

const traceback = `Process SpawnProcess-1:
Traceback (most recent call last):
  File "/copy/venv/bin/uvicorn", line 8, in <module>
    sys.exit(main())
  File "/copy/app/main.py", line 3, in <module>
    from app.core import settngs
ImportError: cannot import name 'settngs' from 'app.core' (/copy/app/core.py). Did you mean: 'settings'?

During handling of the above exception, another exception occurred:

  + Exception Group Traceback (most recent call last):
  |   File "/copy/app/db.py", line 12, in start
  |     raise ExceptionGroup("two", [ValueError("a"), KeyError("b")])
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: a
    +---------------- 2 ----------------
    | KeyError: 'b'
    +------------------------------------
`;

/** What a booted server prints. */
export const tracebacks: Target<Damaged> = {
	name: "tracebacks",
	weight: 1,
	input: damaged,
	run: ({ changes }) => JSON.stringify(readException(mutate(traceback, changes), [["/copy", ""]])),
};
