import type { ImportGraphSummary } from "../plan/audit-report.ts";
import type { ImportEdge } from "../project/imports/trace.ts";
import { showLine } from "../text/gate.ts";
import { jsonText } from "./json-text.ts";

/** An import with the line it stands on, counting from 1. */
export interface LocatedEdge extends ImportEdge {
	readonly line: number;
}

/** What `bootmend graph` shows. */
export interface GraphView {
	readonly target: string | null;
	/** Modules, imports executed at import time, and cycles. */
	readonly summary: ImportGraphSummary;
	/** Every import between two of the modules, the deferred ones and those for annotations too. */
	readonly edges: readonly LocatedEdge[];
	/** Modules that importing the target executes. */
	readonly reached: ReadonlySet<string>;
	/** Of how many modules only those of the cycles are shown; null where all are. */
	readonly cyclesAmong: number | null;
}

/** The graph as an indented list: each module with what it imports. */
export function renderGraphText(view: GraphView): string {
	const { modules, cycles } = view.summary;
	if (view.cyclesAmong !== null && cycles.length === 0)
		return `No imports among the ${view.cyclesAmong} modules go round in a circle.\n`;
	const among = view.cyclesAmong === null ? "" : ` of ${view.cyclesAmong}`;
	const lines = [
		`${modules.length}${among} modules, ${view.edges.length} imports, ${cycles.length === 1 ? "1 cycle" : `${cycles.length} cycles`}`,
	];
	if (view.target !== null) lines.push(`target ${showLine(view.target)}`);
	if (cycles.length > 0)
		lines.push("", "Cycles", ...cycles.map((cycle) => `  ${cycle.map((name) => showLine(name)).join(" → ")}`));
	lines.push("", "Modules");
	for (const module of modules) {
		const mark = view.reached.has(module) ? "" : "  (the target never imports it)";
		lines.push(`  ${showLine(module)}${mark}`);
		for (const edge of view.edges.filter((one) => one.importer === module))
			lines.push(`    → ${showLine(edge.imported)}${noteOn(edge)}`);
	}
	return `${lines.join("\n")}\n`;
}

/** A flowchart for Mermaid (https://mermaid.js.org/syntax/flowchart.html); imports that run later are dotted, cycles are red. */
export function renderGraphMermaid(view: GraphView): string {
	const ids = new Map(view.summary.modules.map((name, i) => [name, `m${i}`]));
	const onCycle = arrowsOfCycles(view);
	const lines = ["flowchart LR"];
	for (const [name, id] of ids) lines.push(`  ${id}["${showLine(name).replaceAll('"', "#quot;")}"]`);
	const red: number[] = [];
	for (const [i, edge] of view.edges.entries()) {
		lines.push(`  ${ids.get(edge.importer)} ${edge.when === "import" ? "-->" : "-.->"} ${ids.get(edge.imported)}`);
		if (edge.when === "import" && onCycle.has(arrow(edge.importer, edge.imported))) red.push(i);
	}
	if (red.length > 0) lines.push(`  linkStyle ${red.join(",")} stroke:#c00,stroke-width:2px`);
	return `${lines.join("\n")}\n`;
}

/** The graph in Graphviz's language (https://graphviz.org/doc/info/lang.html). */
export function renderGraphDot(view: GraphView): string {
	const onCycle = arrowsOfCycles(view);
	const lines = ["digraph imports {", "  rankdir=LR;", "  node [shape=box];"];
	for (const name of view.summary.modules) lines.push(`  ${quoted(name)}${view.reached.has(name) ? "" : " [style=dashed]"};`);
	for (const edge of view.edges) {
		const red = edge.when === "import" && onCycle.has(arrow(edge.importer, edge.imported));
		const attributes = [edge.when === "import" ? [] : ["style=dotted"], red ? ["color=red"] : []].flat();
		const suffix = attributes.length > 0 ? ` [${attributes.join(",")}]` : "";
		lines.push(`  ${quoted(edge.importer)} -> ${quoted(edge.imported)}${suffix};`);
	}
	lines.push("}");
	return `${lines.join("\n")}\n`;
}

/** The graph as data; `when` says at which moment an import runs. */
export function renderGraphJson(view: GraphView): string {
	const document = {
		target: view.target,
		modules: view.summary.modules.map((name) => ({ name, reached_from_target: view.reached.has(name) })),
		edges: view.edges.map(({ importer, imported, path, line, when }) => ({
			importer,
			imported,
			file_path: path,
			line_number: line,
			when,
		})),
		cycles: view.summary.cycles,
	};
	return jsonText(document);
}

function noteOn(edge: ImportEdge): string {
	if (edge.when === "deferred") return "  (when a function runs)";
	return edge.when === "typing" ? "  (for annotations)" : "";
}

function arrowsOfCycles(view: GraphView): ReadonlySet<string> {
	const arrows = new Set<string>();
	for (const cycle of view.summary.cycles) for (const [i, name] of cycle.entries()) arrows.add(arrow(name, cycle[i + 1] ?? ""));
	return arrows;
}

function arrow(from: string, to: string): string {
	return `${from}\n${to}`;
}

function quoted(text: string): string {
	return `"${showLine(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
