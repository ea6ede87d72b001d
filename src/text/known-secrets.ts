import { isSecretName, mask } from "./secret-names.ts";

/** Where the shell is and was; to our ears they sound like passwords. */
const folders: ReadonlySet<string> = new Set(["PWD", "OLDPWD"]);
/** Shorter values occur by chance. */
const shortest = 6;

/** The secret values among variables, the longest first: of a setting whose name says so the whole value, of a URL the password. */
export function secretsIn(variables: Iterable<readonly [name: string, value: string]>): readonly string[] {
	const secrets = new Set<string>();
	for (const [name, value] of variables) {
		const password = /^[a-z][\w+.-]{0,30}:\/\/[^\s:@/]*:([^\s]+)@/i.exec(value)?.[1];
		const isSecret = isSecretName(name) && !folders.has(name);
		const parts = password === undefined ? (isSecret ? [value] : []) : [password, decoded(password)];
		for (const part of parts) if (part.length >= shortest) secrets.add(part);
	}
	return [...secrets].sort((a, b) => b.length - a.length);
}

/** The text with each of these secrets masked, wherever it stands. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
	return secrets.reduce((shown, secret) => shown.replaceAll(secret, mask), text);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
