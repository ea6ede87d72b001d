import type { Machine } from "../machine.ts";

/** Submodules of the standard library that nothing imports on the way to a running server, by their package. */
const lonely: Readonly<Record<string, ReadonlySet<string>>> = {
	xml: new Set(["dom", "etree", "parsers", "sax"]),
};

/** Packages that import none of them, as `sys.modules` showed after importing each. */
const quiet = new Set(
	(
		"fastapi uvicorn starlette pydantic pydantic_core pydantic_settings sqlalchemy sqlmodel httpx anyio jose passlib jwt dotenv email_validator redis " +
		"asyncpg aiosqlite psycopg2 alembic jinja2 yaml multipart structlog loguru typing_extensions annotated_types"
	).split(" "),
);

/** Modules of the standard library that do. */
const loud = /^(plistlib|xml|xmlrpc)\./;

/** `xml.etree` after `import xml` alone: an attribute of the package only once something has imported it. */
export function isNotLoaded({ environment, externalImports }: Machine, module: string, name: string): boolean {
	if (lonely[module]?.has(name) !== true) return false;
	return externalImports.every(({ module: imported }) => {
		const [top = ""] = imported.split(".");
		if (imported === module) return true;
		return !loud.test(`${imported}.`) && (quiet.has(top) || environment.isStdlib(top));
	});
}
