import type { FixProposal } from "../../../audit/fix.ts";
import { decodeJson } from "../../../project/imports/simulator/library/json-text.ts";
import type { Project } from "../../../project/project.ts";
import type { TextEdit } from "../../../text/range.ts";
import { isEnvFile } from "../../../text/secrets.ts";

/** One kind of slip in JSON, by what is found and what stands in its place; texts in double quotes are passed over. */
interface Slip {
	readonly words: string;
	readonly pattern: RegExp;
	readonly replace: (found: string) => string;
}

const text = /"(?:[^"\\\n]|\\.)*"/.source;

const slips: readonly Slip[] = [
	{ words: "commas behind the last entry", pattern: /,(?=\s*[}\]])/g, replace: () => "" },
	{ words: "comments", pattern: /\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|#[^\n]*/g, replace: () => "" },
	{ words: "single quotes", pattern: /'(?:[^'\\\n"]|\\.)*'/g, replace: (found) => `"${found.slice(1, -1)}"` },
	{
		words: "names without quotes",
		pattern: /(?<=[{,]\s{0,80})[A-Za-z_]\w{0,80}(?=\s{0,20}:)/g,
		replace: (found) => `"${found}"`,
	},
	{
		words: "words of Python",
		pattern: /\b(?:True|False|None)\b/g,
		replace: (found) => ({ True: "true", False: "false", None: "null" })[found] ?? found,
	},
	{ words: "missing commas", pattern: /(?<=["\d}\]el])\n(?=\s*")/g, replace: () => ",\n" },
	{ words: "the byte order mark", pattern: /^\ufeff/g, replace: () => "" },
];

/** Mends a JSON file that start-up reads, where slips of the usual kinds are all that is wrong with it. */
export function documentRemedy(project: Project, path: string): FixProposal | undefined {
	const file = project.files.get(path);
	if (file === undefined) return undefined;
	if (isEnvFile(path)) return file.mark === undefined ? undefined : inUtf8(path);
	const { minor } = project.environment.python;
	const isValid = (each: string) => "value" in decodeJson(each, minor);
	let edits: readonly TextEdit[] = [];
	const found: string[] = [];
	let mended = file.text;
	for (const slip of slips) {
		const changed = withoutSlip(mended, slip);
		if (changed === mended) continue;
		mended = changed;
		found.push(slip.words);
		if (!isValid(mended)) continue;
		edits = [{ path, range: { start: 0, end: file.text.length }, newText: mended }];
		break;
	}
	if (edits.length === 0) return undefined;
	return {
		title: `Make valid JSON of ${path}`,
		explanation: `JSON has none of these: ${found.join(", ")}.`,
		applicability: "review",
		edits,
	};
}

/** What is written to a `.env` file is written in UTF-8; the line says so to whoever wonders. */
function inUtf8(path: string): FixProposal {
	return {
		title: `Save ${path} as UTF-8`,
		explanation: "Nothing else in it changes; a shell that saves UTF-16 again would undo it.",
		applicability: "safe",
		edits: [{ path, range: { start: 0, end: 0 }, newText: "# Saved as UTF-8\n" }],
	};
}

function withoutSlip(source: string, { pattern, replace }: Slip): string {
	const places = [...source.matchAll(new RegExp(text, "g"))].map(({ index, 0: found }) => [index, index + found.length] as const);
	return source.replace(pattern, (found, ...rest) => {
		const offset = rest.find((each): each is number => typeof each === "number") ?? 0;
		return places.some(([start, end]) => start <= offset && offset < end) ? found : replace(found);
	});
}
