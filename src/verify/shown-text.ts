import { showLine as gateLine, show as gateText } from "../text/gate.ts";
import { isSecretName, mask } from "../text/secrets.ts";

/** Passes a server's words through the display gate, and masks the values that its environment holds in secret. */
export interface ShownText {
	readonly text: (raw: string) => string;
	readonly line: (raw: string) => string;
}

/** Where the shell is and was; to our ears they sound like passwords. */
const folders: ReadonlySet<string> = new Set(["PWD", "OLDPWD"]);
/** Shorter values occur by chance. */
const shortestSecret = 6;

/**
 * Makes the gate for a server with these variables; of a URL the password is the secret. Where it runs in a copy of the project,
 * what it says of the copy is said of the project, which is the folder that people know.
 */
export function gateFor(
	variables: Iterable<readonly [name: string, value: string]>,
	copy: { readonly path: string; readonly of: string } | null = null,
): ShownText {
	const secrets = new Set<string>();
	for (const [name, value] of variables) {
		const password = /^[a-z][\w+.-]*:\/\/[^\s:@/]*:([^\s]+)@/i.exec(value)?.[1];
		const isSecret = isSecretName(name) && !folders.has(name);
		const parts = password === undefined ? (isSecret ? [value] : []) : [password, decoded(password)];
		for (const part of parts) if (part.length >= shortestSecret) secrets.add(part);
	}
	const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
	const hide = (raw: string): string => {
		const named = copy === null ? raw : raw.replaceAll(copy.path, () => copy.of);
		return longestFirst.reduce((text, secret) => text.replaceAll(secret, mask), named);
	};
	return { text: (raw) => gateText(hide(raw)), line: (raw) => gateLine(hide(raw)) };
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
