import { isReference, isSecretName, mask } from "./secret-names.ts";

/**
 * Masks the quoted values of secret settings, as Python, JSON, TOML and YAML write them: `SECRET_KEY: str = "…"`, `"password": "…"`,
 * `api_key: SecretStr = Field("…")`, `?password=…`, and what stands in for a setting that is not there: `KEY = os.getenv("KEY", "…") or "…"`.
 */
export function maskLiterals(text: string): string {
	return maskParameters(maskNamed(maskAssigned(text)));
}

/** `NAME =`, `name: type =`. */
const assignment = /(?<![\w.])([A-Za-z_]\w{0,80})(?:\s{0,3}:\s{0,3}[\w.[\]| ]{1,60}(?==))?\s{0,3}=(?!=)/g;

/** Every text that is given to a secret name as it is, or as the default of what is read. */
function maskAssigned(text: string): string {
	let masked = "";
	let done = 0;
	for (const match of text.matchAll(assignment)) {
		const [whole, name = ""] = match;
		if (!isSecretName(name)) continue;
		for (const { start, end } of literalsOf(text, match.index + whole.length, name)) {
			if (start < done) continue;
			masked += text.slice(done, start) + mask;
			done = end;
		}
	}
	return masked + text.slice(done);
}

/** The inside of a literal: offsets in the text. */
interface Literal {
	readonly start: number;
	readonly end: number;
}

const quoted = /("""|'''|"|')((?:(?!\1)[^\\]|\\[\s\S]){0,4000})\1/y;
/** An expression longer than this many characters is read no further. */
const longestExpression = 4000;
/** Calls that hand a text on, or give it where nothing is set, and parentheses around an expression. */
const handsOn =
	/(?:(?<!\w)(?:getenv|get|pop|env|env\.\w{1,20}|config|Secret|SecretStr|SecretBytes|Field|str|bytes)|[^\w\])\s])\s{0,3}$/;

/** `description=`, `alias=`: what is handed over beside the value. */
const otherKeyword = /(?<!\w)(?!default\b)\w{1,40}\s?=\s?[rbfuRBFU]{0,2}$/;

/** The literals of the expression at `from` that are the value of `name`, or may come to be. */
function* literalsOf(text: string, from: number, name: string): Generator<Literal> {
	const brackets: boolean[] = [];
	const end = Math.min(text.length, from + longestExpression);
	for (let at = from; at < end; at++) {
		const character = text.charAt(at);
		if (character === '"' || character === "'") {
			quoted.lastIndex = at;
			const [literal, delimiter = "", value = ""] = quoted.exec(text) ?? [];
			if (literal === undefined || (delimiter.length === 1 && value.includes("\n"))) return;
			const start = at + delimiter.length;
			const code = before(text, at);
			const isHanded = brackets.length === 0 || (brackets.every(Boolean) && !otherKeyword.test(code));
			const isValue = value !== "" && isHanded && !isReference(value) && !isKey(code, value, name);
			if (isValue) yield { start, end: start + value.length };
			at += literal.length - 1;
		} else if ("([{".includes(character)) brackets.push(character === "(" && handsOn.test(before(text, at)));
		else if (")]}".includes(character)) {
			if (brackets.pop() === undefined) return;
		} else if (brackets.length === 0 && ",;#=\n".includes(character)) return;
	}
}

function before(text: string, at: number): string {
	return text.slice(Math.max(0, at - 60), at);
}

/** Is this text the name of what is read, not a value? `os.getenv("API_KEY")`, `headers.get("Authorization")`. */
function isKey(code: string, value: string, name: string): boolean {
	if (/(?:getenv|(?<!\w)env|(?<!\w)env\.\w{1,20}|config|environ\s?\.\s?(?:get|pop))\s?\(\s*$/.test(code))
		return /^[A-Z]+[0-9]?(?:_[A-Z0-9]{1,20}){0,12}$/.test(value) || value.toLowerCase() === name.toLowerCase();
	return /\.(?:get|pop)\s?\(\s*$/.test(code) && /^[A-Za-z][\w.-]{0,60}$/.test(value);
}

/** A name, bare or quoted, and a literal behind it. */
const named =
	/(["']?)\b([A-Za-z_][\w.-]{0,80})\1((?:\s{0,3}:\s{0,3}[\w.[\]| ]{1,60}(?==))?\s{0,3}(?:=|:|,|==|:=)\s{0,40}(?:[\w.]{1,40}\s?=\s?[\w.]{1,40},\s{0,40})?(?:[\w.]{1,40}\(|default\s?=\s?){0,2}\s{0,40}[rbfuRBFU]{0,2})("""|'''|"|')((?:(?!\4)[^\\\n]|\\.){1,4000})\4/g;

function maskNamed(text: string): string {
	let masked = "";
	let done = 0;
	named.lastIndex = 0;
	for (let match = named.exec(text); match !== null; match = named.exec(text)) {
		const [whole, quote = "", name = "", sign = "", delimiter = "", value = ""] = match;
		const start = match.index + whole.length - delimiter.length - value.length;
		const opening = start - delimiter.length;
		if (isMasked(text, match.index, opening, { quote, name, sign, value })) {
			masked += text.slice(done, start) + mask;
			done = start + value.length;
		} else named.lastIndex = opening;
	}
	return masked + text.slice(done);
}

function isMasked(
	text: string,
	at: number,
	opening: number,
	{ quote, name, sign, value }: Readonly<Record<"quote" | "name" | "sign" | "value", string>>,
): boolean {
	// `f(token, "text")` only lists arguments: after a comma the name itself must have been a literal.
	const isListed = /^\s*,/.test(sign) && quote === "";
	if (isListed || !isSecretName(name) || isReference(value) || isKey(before(text, opening), value, name)) return false;
	// `missing 2 required positional arguments: 'password', and 'host'` only names parameters.
	return !/\bmissing \d+ required [a-z-]+ arguments?: [\w', ]*$/.test(text.slice(Math.max(0, at - 300), at));
}

/** Parameters of URLs and connection strings: `?password=…`. */
function maskParameters(text: string): string {
	return text.replace(
		/([?&;]([\w.-]{1,60})=)([^\s&;#"'`]{1,500})/g,
		(whole: string, start: string, name: string, value: string) =>
			isSecretName(name) && !isReference(value) ? start + mask : whole,
	);
}
