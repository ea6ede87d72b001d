import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { show, showLine } from "../../src/text/gate.ts";
import { isSecretName } from "../../src/text/secret-names.ts";

// Properties take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

/** Any code points, lone surrogates too, with those that matter in plenty. */
const anyText = fc
	.array(fc.oneof(fc.nat(0x10ffff), fc.nat(0xff), fc.integer({ min: 0x2000, max: 0x2070 })), { maxLength: 100 })
	.map((codes) => String.fromCodePoint(...codes));

describe("hidden characters", () => {
	test("become visible", () => {
		expect(show("a\x1b[8mb\x07\x00\x7f\u009b")).toBe("a␛[8mb␇␀␡<U+009B>");
		expect(show("a\u202eb\u200bc\ufeff\u2066")).toBe("a<U+202E>b<U+200B>c<U+FEFF><U+2066>");
		expect(show("lone \ud800 surrogate")).toBe("lone <U+D800> surrogate");
	});

	test("tabs become columns, and line breaks stay lines", () => {
		expect(show("\tx\tyy\n\tz")).toBe("    x   yy\n    z");
		expect(show("a\r\nb\rc")).toBe("a\nb\nc");
		expect(showLine("a\r\nb")).toBe("a␊b");
	});

	test("harmless text of any language stays as it is", () => {
		for (const text of ["naïve 你好 привет 🙂", "x = {'a': 1}  # ok", "→ ✓ ••••"]) expect(show(text)).toBe(text);
	});

	test("never reach a terminal, and showing twice is showing once", () => {
		fc.assert(
			fc.property(anyText, (text) => {
				const shown = show(text);
				expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/);
				expect(show(shown)).toBe(shown);
				expect(shown.split("\n")).toHaveLength(text.split(/\r\n|\r|\n/).length);
			}),
		);
	});
});

describe("secrets", () => {
	test.each([
		["postgres://app:s3cret@db/x", "postgres://app:••••@db/x"],
		["postgresql+asyncpg://app:p@ss/word@db:5432/x?ssl=require", "postgresql+asyncpg://app:••••@db:5432/x?ssl=require"],
		["redis://:s3cret@cache:6379/0", "redis://:••••@cache:6379/0"],
		['SECRET_KEY: str = "s3cret"', 'SECRET_KEY: str = "••••"'],
		['os.getenv("JWT_SECRET", "s3cret")', 'os.getenv("JWT_SECRET", "••••")'],
		['api_key: SecretStr = Field("s3cret")', 'api_key: SecretStr = Field("••••")'],
		['connect(host="db", password="s3cret")', 'connect(host="db", password="••••")'],
		['{"db_password": "s3cret"}', '{"db_password": "••••"}'],
		["input was SECRET_KEY=s3cret here", "input was SECRET_KEY=•••• here"],
		["https://api.example.com/?token=s3cret&page=2", "https://api.example.com/?token=••••&page=2"],
		["key AKIAIOSFODNN7EXAMPLE", "key ••••"],
		["ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_••••"],
	])("in %s are masked and the form stays", (text, shown) => {
		expect(show(text)).toBe(shown);
	});

	test.each([
		["SECRET_KEY=s3cret # dev only", "SECRET_KEY=•••• # dev only"],
		["export DB_PASSWORD='two words'", "export DB_PASSWORD='••••'"],
		["  - POSTGRES_PASSWORD=s3cret", "  - POSTGRES_PASSWORD=••••"],
		["  POSTGRES_PASSWORD: s3cret", "  POSTGRES_PASSWORD: ••••"],
		// biome-ignore lint/suspicious/noTemplateCurlyInString: Compose writes defaults so.
		["POSTGRES_PASSWORD: ${DB_PASS:-s3cret}", "POSTGRES_PASSWORD: ${DB_PASS:-••••}"],
		["ENV API_TOKEN s3cret=1", "ENV API_TOKEN ••••"],
		["# OLD_SECRET=s3cret", "# OLD_SECRET=••••"],
	])("in settings files: %s", (text, shown) => {
		expect(show(text, "deploy/.env")).toBe(shown);
	});

	test.each([
		"SECRET_KEY = settings.secret_key",
		"password: str",
		"token = create_token(user)",
		'oauth2 = OAuth2PasswordBearer(tokenUrl="/auth/token")',
		'return {"token_type": "bearer"}',
		'f"postgresql://{user}:{password}@{host}/db"',
		'jwt.decode(token, "HS256")',
		"http://localhost:8000/docs",
		"ACCESS_TOKEN_EXPIRE_MINUTES=30",
		"hashed_password = hash_password(password)",
	])("code that holds none stays readable: %s", (code) => {
		expect(show(code, "app/main.py")).toBe(code);
	});

	test("a private key loses its body and keeps its lines", () => {
		const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----";
		expect(show(key)).toBe("-----BEGIN RSA PRIVATE KEY-----\n••••\n••••\n-----END RSA PRIVATE KEY-----");
	});

	test("planted anywhere in the settings that name them are never shown", () => {
		const name = fc.constantFrom("SECRET_KEY", "DB_PASSWORD", "GITHUB_TOKEN", "STRIPE_API_KEY", "jwt_secret");
		const shape = fc.constantFrom(
			(n: string, v: string) => `${n}=${v}`,
			(n: string, v: string) => `${n}="${v}"`,
			(n: string, v: string) => `${n} = '${v}'`,
			(n: string, v: string) => `${n}: ${v}`,
		);
		const around = fc.constantFrom("", "A=1\n", "# note\n\n");
		const secret = fc.stringMatching(/^[a-z0-9!@$%^*()_+./-]{4,20}$/).map((random) => `planted${random}`);
		fc.assert(
			fc.property(name, shape, around, secret, (n, write, beside, value) => {
				expect(show(`${beside}${write(n, value)}\n${beside}`, ".env")).not.toContain("planted");
			}),
		);
	});

	test("hostile text takes bounded time", () => {
		const started = performance.now();
		for (const text of [
			"a://b:".repeat(20_000),
			"SECRET=".repeat(20_000),
			"password".repeat(20_000),
			'"'.repeat(100_000),
			`token${" ".repeat(100_000)}=`,
		]) {
			show(text);
			show(text, ".env");
		}
		expect(performance.now() - started).toBeLessThan(10_000);
	});
});

test("names of secrets are told from names about secrets", () => {
	for (const name of ["SECRET_KEY", "dbPassword", "apiKey", "DJANGO_SECRET_KEY_2", "AWS_SECRET_ACCESS_KEY", "JWT_SIGNING_KEY"])
		expect([name, isSecretName(name)]).toEqual([name, true]);
	for (const name of ["TOKEN_URL", "token_type", "PASSWORD_MIN_LENGTH", "primary_key", "monkey", "compass", "AWS_ACCESS_KEY_ID"])
		expect([name, isSecretName(name)]).toEqual([name, false]);
});
