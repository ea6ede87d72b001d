import type { Fix } from "../audit/fix.ts";
import type { Issue, Severity } from "../audit/issue.ts";
import type { RuleMeta } from "../audit/rule.ts";
import type { AuditReport } from "../plan/audit-report.ts";
import { editsByPath } from "../text/edit.ts";
import { show, showLine } from "../text/gate.ts";
import { LineIndex } from "../text/line-index.ts";
import { maskSecrets } from "../text/secrets.ts";
import { jsonText } from "./json-text.ts";
import type { Texts } from "./line-edits.ts";

/**
 * The report in SARIF 2.1.0, as code scanning services read it
 * (https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html). A fix whose text would have to be masked is left
 * out: applied literally it would destroy the secret.
 */
export function renderSarif(report: AuditReport, texts: Texts, rules: readonly RuleMeta[], version: string): string {
	const used = rules.filter((rule) => report.issues.some((issue) => issue.rule === rule.name));
	const document = {
		$schema: "https://json.schemastore.org/sarif-2.1.0.json",
		version: "2.1.0",
		runs: [
			{
				tool: { driver: { name: "bootmend", version, semanticVersion: version, rules: used.map(ruleJson) } },
				columnKind: "utf16CodeUnits",
				originalUriBaseIds: { ROOT: { description: { text: "The repository root" } } },
				invocations: [
					{
						executionSuccessful: true,
						toolExecutionNotifications: report.notices.map((notice) => ({
							level: "warning",
							message: { text: show(notice.message) },
							...(notice.path === "" ? {} : { locations: [{ physicalLocation: { artifactLocation: artifact(notice.path) } }] }),
						})),
					},
				],
				results: report.issues.map((issue) => resultJson(issue, texts, used)),
			},
		],
	};
	return jsonText(document);
}

const levels: Readonly<Record<Severity, string>> = { CRITICAL: "error", HIGH: "error", MEDIUM: "warning", LOW: "note" };

function ruleJson(rule: RuleMeta): object {
	return {
		id: rule.name,
		shortDescription: { text: rule.summary },
		fullDescription: { text: rule.story },
		help: { text: [rule.story, ...rule.references].join("\n") },
		properties: { category: rule.category },
	};
}

function resultJson(issue: Issue, texts: Texts, rules: readonly RuleMeta[]): object {
	const lines = new LineIndex(texts.get(issue.at.path)?.text ?? "");
	const parts = [issue.problem, issue.rootCause, issue.expectedError].filter((part) => part !== null);
	const fixes = [issue.fix, ...issue.alternatives].flatMap((fix) => (fix ? (fixJson(fix, texts) ?? []) : []));
	const ruleIndex = rules.findIndex((rule) => rule.name === issue.rule);
	return {
		ruleId: issue.rule,
		...(ruleIndex < 0 ? {} : { ruleIndex }),
		level: levels[issue.severity],
		message: { text: parts.map((part) => show(part)).join("\n") },
		locations: [{ physicalLocation: { artifactLocation: artifact(issue.at.path), region: regionOf(lines, issue.at.range) } }],
		partialFingerprints: { "bootmend/v1": issue.fingerprint },
		...(fixes.length > 0 ? { fixes } : {}),
		properties: {
			id: issue.id,
			severity: issue.severity,
			category: issue.category,
			story: issue.story,
			blocksStartup: issue.blocksStartup,
		},
	};
}

function fixJson(fix: Fix, texts: Texts): object | null {
	// SARIF has no words for a file that is renamed.
	if (fix.moves !== undefined) return null;
	const changes: object[] = [];
	for (const [path, edits] of editsByPath(fix.edits)) {
		const lines = new LineIndex(texts.get(path)?.text ?? "");
		if (edits.some((edit) => maskSecrets(edit.newText, path) !== edit.newText)) return null;
		changes.push({
			artifactLocation: artifact(path),
			replacements: edits.map((edit) => ({
				deletedRegion: regionOf(lines, edit.range),
				...(edit.newText === "" ? {} : { insertedContent: { text: edit.newText } }),
			})),
		});
	}
	return { description: { text: showLine(fix.title) }, artifactChanges: changes };
}

/** SARIF's end column is the one after the last character. */
function regionOf(lines: LineIndex, range: { readonly start: number; readonly end: number }): object {
	const start = lines.positionAt(range.start);
	const end = lines.positionAt(range.end);
	return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

function artifact(path: string): object {
	// A name that holds a secret must not betray it; no encoding of it would be recognised afterwards.
	return { uri: maskSecrets(path).split("/").map(encodeURIComponent).join("/"), uriBaseId: "ROOT" };
}
