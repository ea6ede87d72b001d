/** What stands for a secret; its length says nothing about the secret's. */
export const mask = "••••";

/** Does a setting of this name hold a secret? `JWT_SECRET_KEY`, `dbPassword`, `apiKey` do, `TOKEN_URL`, `token_type` do not. */
export function isSecretName(name: string): boolean {
	const words = name
		.replace(/([a-z0-9])([A-Z])/g, "$1_$2")
		.toLowerCase()
		.split(/[^a-z0-9]+/)
		.filter((word) => word !== "" && !/^\d+$/.test(word));
	const last = words.at(-1) ?? "";
	if (harmlessEndings.has(last)) return false;
	if (words.some((word) => secretWords.has(word) || /(secret|passw(or)?d|apikey|token)$/.test(word))) return true;
	return words.some((word, i) => word === "key" && i > 0 && keyKinds.has(words[i - 1] ?? ""));
}

const secretWords = new Set([
	"secret",
	"secrets",
	"password",
	"passwd",
	"passphrase",
	"pwd",
	"pass",
	"token",
	"apikey",
	"credential",
	"credentials",
	"salt",
	"pepper",
]);
const keyKinds = new Set(
	"api access secret private signing signature encryption encrypt auth jwt master account service session cookie fernet aes hmac license webhook app".split(
		" ",
	),
);
const harmlessEndings = new Set(
	(
		"url uri path file filename name type expire expires expiry minutes hours days seconds algorithm alg header headers length len field fields " +
		"scheme schema schemas context ttl id bearer min max policy enabled required prefix error errors message form manager class model count limit"
	).split(" "),
);

/** A value that only names another: `${DB_PASSWORD}`, `{settings.password}`, `$PASS`, `%s`, `<password>`. */
export function isReference(value: string): boolean {
	return /^(\$?\{\{?[^{}:]*\}?\}|\$\([^()]*\)|\$\w+|%\(\w+\)s|%s|<[^<>]*>|\*+|•+|\$\{\w+:?[-=]•+\}|\.{3})$/.test(value);
}
