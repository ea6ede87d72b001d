import { parseModule } from "../../src/python/parse.ts";
import { walk } from "../../src/python/walk.ts";

/** What every planted secret is made of; no output may hold it. */
export const planted = "Zq7Kp9Xw2Vb4Nm6T8Yc1Rf3Hj5Lg0";
/** The same in the shape of tokens that a person knows at a glance. */
export const token = `ghp_${planted}`;
/** Where a terminal would obey this, it would set the clipboard, the title and the colour; the rest hides and reorders text. */
export const acting =
	"\u001b]52;c;WnE3\u0007\u001b]0;WnE3\u001b\\\u001b]8;;http://x\u0007\u001b[31m\u009b2J\u202e\u2066\u200b\u0008\u0085";

/** What may stand in an output: text, line breaks and, where colours are asked for, the codes of colours. */
const forbidden =
	/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/u;

/** What an output betrays or lets through: each with the text around it. */
export function leaksIn(text: string): readonly string[] {
	const leaks: string[] = [];
	for (let at = text.indexOf(planted); at >= 0; at = text.indexOf(planted, at + 1)) {
		leaks.push(`secret: …${JSON.stringify(text.slice(Math.max(0, at - 60), at + planted.length + 10))}…`);
	}
	const hidden = forbidden.exec(text);
	if (hidden) leaks.push(`character: …${JSON.stringify(text.slice(Math.max(0, hidden.index - 60), hidden.index + 20))}…`);
	return leaks;
}

/** Plants secrets and acting characters in every field of a file, as far as its format has them. */
export function plantIn(path: string, text: string): string {
	const name = path.slice(path.lastIndexOf("/") + 1);
	if (name.endsWith(".py")) return plantInPython(text);
	if (name.startsWith(".env")) return plantInDotenv(text);
	if (/^requirements.*\.txt$/.test(name)) return plantInRequirements(text);
	if (name.endsWith(".toml")) return plantInToml(text);
	if (/^Dockerfile/.test(name)) return plantInDockerfile(text);
	return text
		.split("\n")
		.map((line) => (line === "" ? line : `${line} # PASSWORD=${planted} ${token} ${acting}`))
		.join("\n");
}

/**
 * The files with planted names: modules, functions and packages that the sources speak of are called like tokens, and files lie
 * among them whose names act on a terminal.
 */
export function plantNames(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
	const imported = [...files].flatMap(([path, text]) =>
		path.endsWith(".py") ? [...text.matchAll(/^\s*from [\w.]*?(\w+) import (\w+)/gm)] : [],
	);
	const names = [...new Set(imported.flatMap(([, module = "", name = ""], i) => (i % 2 === 0 ? [module] : [name])))];
	const renamed = (text: string) =>
		names.reduce(
			(done, name) => done.replace(new RegExp(`(?<![\\w.-])${name}(?![\\w-])|(?<=\\.)${name}\\b`, "g"), `${token}_${name}`),
			text,
		);
	const result = new Map<string, string>();
	for (const [path, text] of files)
		result.set(path.endsWith(".py") ? renamed(path) : path, path.endsWith(".py") ? renamed(text) : text);
	for (const folder of new Set(
		[...files.keys()].filter((path) => path.endsWith(".py")).map((path) => path.slice(0, path.lastIndexOf("/") + 1)),
	)) {
		result.set(`${folder}evil${acting.replaceAll("/", "")}.py`, "def broken(:\n");
		result.set(`${folder}two\nlines ${token}.py`, "import nothing_like_this\n");
		result.set(`${folder}nulls\u202e.py`, "x = 1\0\n");
	}
	result.set(`requirements${acting.replaceAll("/", "")}.txt`, `-r ${token}.txt\n-r gone\u001b[2J.txt\nfastapi ==\u202e== 1\n`);
	result.set(`.env.${token}`, `A=${planted}\n`);
	return result;
}

/** In each string, in a comment behind each statement and in new statements around each. */
function plantInPython(text: string): string {
	const tree = parseModule(text);
	if (tree.errors.length > 0) return `# ${token} ${acting}\nAPI_KEY = "${planted}"\n${text}`;
	const insertions: { readonly at: number; readonly text: string }[] = [];
	walk(tree, (node) => {
		if (node.type !== "Constant" || typeof node.value !== "string") return;
		const literal = text.slice(node.start, node.end);
		const quote = /^[A-Za-z]*("""|'''|"|')/.exec(literal)?.[1];
		// Of neighbouring literals that make one string only the last can be told from here.
		if (quote === undefined || !literal.endsWith(quote) || literal.length < 2 * quote.length + 1) return;
		const value = node.value;
		const url = /^[a-z][\w+.-]*:\/\//.exec(value);
		if (url) insertions.push({ at: node.start + literal.indexOf("://") + 3, text: `app:${planted}@` });
		else insertions.push({ at: node.end - quote.length, text: ` ${token}${acting}` });
	});
	const lines = [
		`PLANTED_PASSWORD = "${planted}"`,
		`planted_url: str = "postgresql+asyncpg://app:${planted}@db:5432/x"  # ${token} ${acting}`,
		`# old: SECRET_KEY=${planted}${acting}`,
		`planted = dict(api_key="${planted}", auth=("user", "${token}"))`,
		`PLANTED_SECRET = __import__("os").getenv("PLANTED_SECRET", "${planted}") or "${planted}"`,
	];
	for (const [i, statement] of tree.body.entries()) {
		if (statement.type === "ImportFrom" && statement.module === "__future__") continue;
		const isDocstring = i === 0 && statement.type === "ExpressionStatement";
		insertions.push({ at: statement.end, text: isDocstring ? "" : `  # SECRET_KEY=${planted} ${token} ${acting}` });
		if (i > 0 && text[statement.start - 1] === "\n")
			insertions.push({ at: statement.start, text: `${lines[i % lines.length]}\n` });
	}
	return insertions
		.sort((a, b) => b.at - a.at)
		.reduce((done, { at, text: what }) => done.slice(0, at) + what + done.slice(at), text);
}

function plantInDotenv(text: string): string {
	const extra = [
		`PLANTED_SECRET=${planted}`,
		`PLANTED_TOKEN="${planted}" # ${token} ${acting}`,
		`# OLD_PASSWORD=${planted}`,
		`export PLANTED_API_KEY='${planted}'`,
		`PLANTED_URL=redis://:${planted}@cache/0`,
		`PLAIN=${token}`,
		`NOTE${acting}=${acting}`,
	];
	return text
		.split("\n")
		.flatMap((line, i) => [line.replace(/:\/\/(?:[^@/]*@)?/, `://app:${planted}@`), extra[i % extra.length] ?? ""])
		.concat(extra)
		.join("\n");
}

function plantInRequirements(text: string): string {
	const extra = [
		`--index-url https://reader:${planted}@packages.example.com/simple`,
		`private @ git+https://${token}@github.com/x/y.git`,
		`# token: ${token} ${acting}`,
		`-e git+https://x:${planted}@example.com/z.git#egg=z`,
		`what is ${token} ${acting} PASSWORD=${planted}`,
	];
	return text
		.split("\n")
		.flatMap((line, i) => [line, extra[i % extra.length] ?? ""])
		.concat(extra)
		.join("\n");
}

function plantInToml(text: string): string {
	const extra = `\n[[tool.uv.index]]\nname = "private"\nurl = "https://reader:${planted}@packages.example.com/simple"\n\n[tool.planted]\npassword = "${planted}" # ${token} \u202e\u200b\n`;
	return text.replace(/^(dependencies = \[)/m, `$1\n    "private @ git+https://${token}@github.com/x/y.git",`) + extra;
}

function plantInDockerfile(text: string): string {
	return text.replace(
		/^FROM .*$/m,
		(line) =>
			`${line}\nENV API_TOKEN ${planted}\nENV DB_PASSWORD=${planted}\nARG NPM_TOKEN=${planted}\nRUN echo ${token} "${acting}"\nLABEL x="${acting}"`,
	);
}
