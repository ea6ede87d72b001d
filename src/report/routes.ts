import { showLine } from "../text/gate.ts";
import { jsonText } from "./json-text.ts";

/** One application with its routes, as `bootmend routes` shows it. */
export interface RouteListing {
	/** Where the application is made: `src.main`. */
	readonly application: string;
	readonly routes: readonly ListedRoute[];
}

export interface ListedRoute {
	readonly methods: readonly string[];
	readonly path: string;
	readonly endpoint: string | null;
	readonly module: string;
	readonly file: string;
	readonly line: number;
	/** True where it is registered on some paths of the program only. */
	readonly conditional: boolean;
}

/** The routes as a table for people. */
export function renderRoutesText(listings: readonly RouteListing[]): string {
	if (listings.length === 0) return "No FastAPI application is made on the way to a running server.\n";
	return listings.map(renderListing).join("\n");
}

/** The routes as JSON, one object an application. */
export function renderRoutesJson(listings: readonly RouteListing[]): string {
	return jsonText(listings);
}

function renderListing({ application, routes }: RouteListing): string {
	const count = routes.length === 1 ? "1 route" : `${routes.length} routes`;
	const rows = routes.map(({ methods, path, endpoint, file, line, conditional }) => [
		methods.join(",") || "?",
		showLine(path),
		showLine(endpoint ?? ""),
		showLine(`${file}:${line}${conditional ? "  (on some paths only)" : ""}`),
	]);
	const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
	const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
	return `${[`${showLine(application)}: ${count}`, ...lines].join("\n")}\n`;
}
