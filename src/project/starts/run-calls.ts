import { LineIndex } from "../../text/line-index.ts";
import type { StartCommand } from "./start-commands.ts";

const runCall =
	/\buvicorn\.run\(\s*(?:app\s*=\s*)?(?:(["'])([A-Za-z_]\w*(?:\.\w+)*:[A-Za-z_]\w*)\1|([A-Za-z_]\w*)(\(\s*\))?(?=\s*[,)]))/g;

/**
 * The servers that a module starts itself, `uvicorn.run("main:app")`: Python looks first in the folder of the script that it was told
 * to run. Where it hands over an object, `uvicorn.run(app)`, the target has no module: that is the one which Python runs.
 */
export function runCallsOf(path: string, text: string): StartCommand[] {
	const lines = new LineIndex(text);
	return [...text.matchAll(runCall)].flatMap((match): StartCommand[] => {
		const { line } = lines.positionAt(match.index);
		if (/^\s*#/.test(lines.lineText(line))) return [];
		const [, quote, named, object = "", isCalled] = match;
		if (named === undefined && !isBoundIn(text, object)) return [];
		const [module = "", attribute = ""] = named === undefined ? ["", object] : named.split(":");
		const name = named ?? `${object}${isCalled ?? ""}`;
		const call = callAt(text, match.index);
		const start = match.index + match[0].length - (quote?.length ?? 0) - name.length;
		const needsText = named === undefined && /\breload\s*=\s*True\b|\bworkers\s*=\s*(?:[2-9]|[1-9]\d+)\b/.test(call);
		return [
			{
				target: {
					module,
					attribute,
					factory: named === undefined ? isCalled !== undefined : /factory\s*=\s*True/.test(call),
					evidence: `${path}:${line}`,
				},
				importFolder: null,
				server: "uvicorn",
				path,
				range: { start, end: start + name.length },
				text: match[0],
				before: "",
				start: match.index,
				givesObject: named === undefined,
				refusal: needsText ? objectRefusal : null,
			},
		];
	});
}

/** What uvicorn prints before it ends (uvicorn/main.py). */
const objectRefusal = "WARNING:  You must pass the application as an import string to enable 'reload' or 'workers'.";

/** Does a module bind the name on its top level? */
function isBoundIn(text: string, name: string): boolean {
	return new RegExp(
		`^(?:${name}[ \\t]*(?::[^=\\n]*)?=|(?:async )?def ${name}\\(|from [^\\n]* import [^\\n#]*\\b${name}\\b)`,
		"m",
	).test(text);
}

/** A call from its beginning to its closing parenthesis, which stands on its first line or begins one. */
function callAt(text: string, start: number): string {
	const rest = text.slice(start);
	const first = /^[^\n]*\)[ \t]*(?:#[^\n]*)?(?=\n|$)/.exec(rest)?.[0];
	return first ?? rest.slice(0, /\n[ \t]*\)/.exec(rest)?.index ?? rest.length);
}
