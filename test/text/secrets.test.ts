import { expect, it } from "vitest";
import { mask } from "../../src/text/secret-names.ts";
import { maskSecrets } from "../../src/text/secrets.ts";

it("leaves the parameters that an error line names as they are", () => {
	const line = "TypeError: URL.__new__() missing 3 required positional arguments: 'username', 'password', 'host', and 'query'";
	expect(maskSecrets(line)).toBe(line);
});

it("masks the default of a variable that is read", () => {
	expect(maskSecrets(`os.getenv("PASSWORD", "hunter2-hunter2")`)).toBe(`os.getenv("PASSWORD", "${mask}")`);
});

it("masks what a secret setting falls back to, and shows the name of the variable that it is read from", () => {
	const sources = [
		`SECRET_KEY = os.getenv("SECRET_KEY", "hunter2")`,
		`SECRET_KEY: str = os.environ.get("SECRET_KEY", default='hunter2')`,
		`SECRET_KEY = os.getenv("SIGNED_WITH", "hunter2").encode("utf-8")`,
		`signed_with = os.getenv("JWT_SECRET", "hunter2")`,
		`API_KEY = config("API_KEY", cast=str, default="hunter2")`,
		`TOKEN = env.str("TOKEN", "hunter2")`,
		`SECRET_KEY = os.getenv("SECRET_KEY") or "hunter2"`,
		`SECRET_KEY = os.getenv(\n        "SECRET_KEY",\n        "hunter2",\n    )`,
		`SECRET_KEY = (\n    "hunter2"\n)`,
		`api_key: SecretStr = Field(default="hunter2", description="of the weather service")`,
		`client = Client(api_key=os.getenv("CLIENT", "hunter2"), name="a client")`,
		`password = quote_plus(os.getenv("DB_PASSWORD", "hunter2"))`,
	];
	for (const source of sources) expect(maskSecrets(source, "settings.py")).toBe(source.replace("hunter2", mask));
});

it("leaves the names that a secret is read by as they are", () => {
	const sources = [
		`SECRET_KEY: str = os.getenv("SECRET_KEY")`,
		`WEATHER_API_KEY = os.environ["WEATHER_API_KEY"]`,
		`token = request.headers.get("Authorization")`,
		`access_token = create_access_token(data={"sub": user.name})`,
		`token = jwt.encode(payload, key, algorithm="HS256")`,
	];
	for (const source of sources) expect(maskSecrets(source, "settings.py")).toBe(source);
});

it("shows urls that were shown before as they were, however many follow one another", () => {
	const shown = maskSecrets("postgresql://u:p@h/d".repeat(60));
	expect(maskSecrets(shown)).toBe(shown);
	expect(shown).not.toContain(":p@");
});

it("masks the password of a URL whose driver has an underscore in its name", () => {
	for (const scheme of ["oracle+cx_oracle", "oracle+oracledb_async", "postgresql+psycopg_async", "postgresql+asyncpg"])
		expect(maskSecrets(`engine = connect("${scheme}://scott:tiger@db:1521/x")`)).toBe(
			`engine = connect("${scheme}://scott:${mask}@db:1521/x")`,
		);
});
