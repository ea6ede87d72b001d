import { maskLiterals } from "./secret-literals.ts";
import { isReference, isSecretName, mask } from "./secret-names.ts";

/**
 * The text with every secret masked and its form kept: passwords in URLs (`postgres://app:••••@db`), values of settings
 * whose names speak of a secret, tokens of well-known shapes and private keys. Lines stay where they are. In Python
 * (`path` ends in `.py`, or no path is known) only literals are values; in settings files everything after the sign is.
 */
export function maskSecrets(text: string, path?: string): string {
	const inCode = path === undefined || /\.pyi?$/i.test(path);
	let masked = maskPrivateKeys(text);
	masked = maskUrlPasswords(masked);
	masked = maskTokens(masked);
	masked = maskLiterals(masked);
	return maskCompactSettings(inCode ? masked : maskSettings(maskContainerSettings(masked)));
}

/** Is it a file of settings by its name: `.env`, `.env.local`, `config/dev.env`? */
export function isEnvFile(path: string): boolean {
	return /(^|\/)(\.env[^/]*|[^/]+\.env)$/.test(path);
}

function maskPrivateKeys(text: string): string {
	return text.replace(
		/(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----)([^-]{1,20000})/g,
		(_, begin: string, body: string) => begin + body.replace(/(?:[^\s\\]|\\(?![nr]))+/g, mask),
	);
}

/** A password that is masked already ends at its own `@`: read on to a later one, it would swallow what was shown before. */
function maskUrlPasswords(text: string): string {
	return text.replace(
		/\b([a-z][a-z0-9+._-]{1,30}:\/\/)([^\s:@/"'`]{0,200}):(?!••••@)([^\s"'`<>]{1,500}|<[^\s"'`<>]{1,60}>)@/gi,
		(whole: string, scheme: string, user: string, password: string) =>
			isReference(password) ? whole : `${scheme}${user}:${mask}@`,
	);
}

const tokenShapes: readonly RegExp[] = [
	/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
	/\bgh[pousr]_[A-Za-z0-9]{20,}/g,
	/\bgithub_pat_[A-Za-z0-9_]{20,}/g,
	/\bglpat-[A-Za-z0-9_-]{20,}/g,
	/\bxox[abeprs]-[A-Za-z0-9-]{10,}/g,
	/\b(?:sk|rk|pk)[-_](?:live|test|proj|ant|or)[-_][A-Za-z0-9_-]{16,}/g,
	/\bsk-[A-Za-z0-9_-]{20,}/g,
	/\bAIza[0-9A-Za-z_-]{30,}/g,
	/\beyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/g,
	/\bnpm_[A-Za-z0-9]{30,}/g,
	/\bnpg_[A-Za-z0-9]{8,}/g,
	/\bpypi-[A-Za-z0-9_-]{30,}/g,
	/\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g,
	/\bhf_[A-Za-z0-9]{20,}/g,
	/\bdop_v1_[a-f0-9]{40,}/g,
	/\bwhsec_[A-Za-z0-9+/=]{20,}/g,
	/\bhooks\.slack\.com\/services\/[A-Za-z0-9/]{20,}/g,
];

function maskTokens(text: string): string {
	return tokenShapes.reduce((masked, shape) => masked.replace(shape, (token) => tokenPrefix(token) + mask), text);
}

/** The part of a token that only says whose it is (`ghp_`, `sk-`), so that a person can tell which one is meant. */
function tokenPrefix(token: string): string {
	return /^(?:[A-Za-z]{2,6}[-_]|SG\.|hooks\.slack\.com\/services\/)/.exec(token)?.[0] ?? "";
}

/** `NAME=value` without blanks, as shells and error messages write it, in the middle of a line too. */
function maskCompactSettings(text: string): string {
	return text.replace(
		/(^|[\s"'`(])((?:export )?([A-Z][A-Z0-9_]{2,80})=)([^\s"'`(),]{1,1000})(?=$|[\s"'`,)])/gm,
		(whole: string, before: string, start: string, name: string, value: string) =>
			isSecretName(name) && !isReference(value) && !/^(?:os|self|settings|config|cls)\./.test(value)
				? before + start + mask
				: whole,
	);
}

/** A Dockerfile's `ENV NAME value`. */
function maskContainerSettings(text: string): string {
	return text.replace(
		/^([ \t]{0,80}ENV[ \t]{1,20}([A-Za-z_]\w{0,80})[ \t]{1,20})([^=\s].{0,4000})$/gm,
		(whole: string, start: string, name: string, value: string) =>
			isSecretName(name) && !isReference(value) ? start + mask : whole,
	);
}

/** Settings files (`.env`, YAML, INI, TOML, Dockerfile): the whole value up to the end of the line or a comment. */
function maskSettings(text: string): string {
	return text.replace(
		/^([ \t]{0,80}(?:#\s?)?(?:- )?(?:(?:export|set|ENV|ARG|-e)\s{1,3})?["']?([A-Za-z_][\w.-]{0,80})["']?\s{0,20}[=:][ \t]{0,20})(\S.{0,4000})$/gm,
		(whole: string, start: string, name: string, rest: string) => {
			if (!isSecretName(name)) return whole;
			const end = rest.search(/(?<!\s)\s+#/);
			const value = end === -1 ? rest : rest.slice(0, end);
			const comment = rest.slice(value.length);
			const quoted = /^(["'])(.*)\1([,;]?)$/.exec(value);
			const fallback = /^(\$\{\w+:?[-=])(.+)\}$/.exec(value);
			if (fallback) return `${start}${fallback[1]}${mask}}${comment}`;
			if (isReference(quoted?.[2] ?? value) || /^(true|false|null|none|\d{1,2}|[|>][+-]?|\{|\[)$/i.test(value)) return whole;
			return quoted ? `${start}${quoted[1]}${mask}${quoted[1]}${quoted[3]}${comment}` : `${start}${mask}${comment}`;
		},
	);
}
