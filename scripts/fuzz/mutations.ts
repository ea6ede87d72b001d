import * as fc from "fast-check";

/** One change of a text; `at` and `from` count characters and wrap around its length. */
export interface Mutation {
	readonly kind: "delete" | "repeat" | "insert" | "move" | "cut" | "line-endings" | "drop-line" | "swap-lines";
	readonly at: number;
	readonly from: number;
	readonly size: number;
	readonly times: number;
	readonly word: string;
}

/** What people and programs put into such files, and what none of them should. */
const words = [
	..."( ) [ ] { } : , . = # \" ' \\ \n \t @ * ** -> := ; | & % $ ` ~ ! ? < >".split(" "),
	...[
		"\0",
		"\r",
		"\r\n",
		"\u001b[2J",
		"\u001b]0;x\u0007",
		"\u202e",
		"\u200b",
		"\ufeff",
		"\u2028",
		"\ud800",
		"é",
		"名",
		"🐍",
		"\f",
		"\v",
	],
	..."import from class def async await lambda yield return with as try except finally if else elif for while in not None True match case type".split(
		" ",
	),
	...[
		'"""',
		"'''",
		'f"',
		"{x!r:>{y}}",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: Compose writes defaults so.
		"${A:-${B}}",
		"\\N{BULLET}",
		"\\x",
		"0o9",
		"1__0",
		"1e999999",
		"9".repeat(400),
		"--hash=sha256:",
	],
	...[
		"-r requirements.txt",
		"[tool.poetry]",
		"[[package]]",
		'{"a":',
		"&a [*a]",
		"<<: *a",
		">=1,<2,!=1.5",
		"; python_version < '3'",
		"../../../etc/passwd",
	],
	...[
		"__proto__",
		"constructor",
		"toString",
		"hasOwnProperty",
		"from . import *",
		"from __future__ import annotations",
		"exec ''",
	],
	...[
		"postgresql://u:p@h/d",
		"SECRET_KEY=abc",
		"sys.path.insert(0, '..')",
		"__getattr__",
		"__all__ += ['x']",
		"super().__init__()",
	],
];

const mutation: fc.Arbitrary<Mutation> = fc.record({
	kind: fc.constantFrom<Mutation["kind"]>(
		"delete",
		"repeat",
		"insert",
		"insert",
		"insert",
		"move",
		"cut",
		"line-endings",
		"drop-line",
		"swap-lines",
	),
	at: fc.nat(1_000_000),
	from: fc.nat(1_000_000),
	size: fc.oneof({ weight: 8, arbitrary: fc.nat(30) }, { weight: 1, arbitrary: fc.nat(3_000) }),
	times: fc.oneof({ weight: 12, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(3_000) }),
	word: fc.oneof(
		{ weight: 9, arbitrary: fc.constantFrom(...words) },
		{ weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
	),
});

/** From none to eight changes. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(mutation, { maxLength: 8 });

/** No changed text gets longer, in characters. */
const longest = 400_000;

/** The text after the changes. */
export function mutate(text: string, changes: readonly Mutation[]): string {
	return changes.reduce((current, change) => changed(current, change).slice(0, longest), text);
}

function changed(text: string, { kind, at, from, size, times, word }: Mutation): string {
	const start = at % (text.length + 1);
	const end = Math.min(text.length, start + size);
	switch (kind) {
		case "delete":
			return text.slice(0, start) + text.slice(end);
		case "repeat":
			return text.slice(0, start) + text.slice(start, end).repeat(Math.min(times, 20_000 / (end - start || 1))) + text.slice(end);
		case "insert":
			return text.slice(0, start) + word.repeat(times + 1) + text.slice(start);
		case "move": {
			const other = from % (text.length + 1);
			return text.slice(0, start) + text.slice(other, other + size) + text.slice(start);
		}
		case "cut":
			return times % 2 === 0 ? text.slice(0, start) : text.slice(start);
		case "line-endings":
			return text.replace(/\n/g, times % 2 === 0 ? "\r\n" : "\r");
		case "drop-line": {
			const lines = text.split("\n");
			lines.splice(at % lines.length, 1);
			return lines.join("\n");
		}
		case "swap-lines": {
			const lines = text.split("\n");
			const one = at % lines.length;
			const two = from % lines.length;
			[lines[one], lines[two]] = [lines[two] ?? "", lines[one] ?? ""];
			return lines.join("\n");
		}
	}
}
