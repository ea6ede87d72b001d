import type { Fix } from "../audit/fix.ts";
import type { Issue } from "../audit/issue.ts";
import type { AuditReport, StartCommandRow } from "../plan/audit-report.ts";
import { maskSecrets } from "../text/secrets.ts";
import { dependenciesData } from "./dependencies.ts";
import { jsonText } from "./json-text.ts";
import { lineEditsOf, spanOf, type Texts } from "./line-edits.ts";
import { maskEdit } from "./masked.ts";

/** Version of the published schema, docs/report.schema.json. */
const schemaVersion = "1.4";

/**
 * The report as JSON that validates against docs/report.schema.json. Its field names are published: they change only with
 * the schema's version. No byte of it can act on a terminal or hide a word: such characters are written as escapes.
 */
export function renderJson(report: AuditReport, texts: Texts, version: string): string {
	const { project, issues } = report;
	const document = {
		schema_version: schemaVersion,
		tool: { name: "bootmend", version },
		project: {
			root: project.root,
			backend: project.backend,
			target: project.target,
			target_evidence: project.targetEvidence,
			package_root: project.packageRoot,
			python: project.python,
			manifests: project.manifests,
		},
		summary: {
			total_files_scanned: report.filesScanned,
			total_issues_found: issues.length,
			critical_issues: count(issues, "CRITICAL"),
			high_issues: count(issues, "HIGH"),
			medium_issues: count(issues, "MEDIUM"),
			low_issues: count(issues, "LOW"),
			audit_duration_seconds: Math.round(report.durationSeconds * 1000) / 1000,
		},
		issues: issues.map((issue) => issueJson(issue, texts)),
		critical_path: report.criticalPath,
		phases: report.phases,
		recommendations: report.recommendations,
		dependencies: dependenciesData(report.dependencies, project.manifests),
		import_graph: {
			modules: report.importGraph.modules,
			edges: report.importGraph.edges.map(([importer, imported]) => ({ importer, imported })),
			cycles: report.importGraph.cycles,
		},
		start_commands: report.startCommands.map(startJson),
		other_applications: report.otherApplications.map(({ path, backend, target, factory, command }) => ({
			file_path: path,
			backend,
			target,
			factory,
			command,
		})),
		notices: report.notices.map((notice) => ({ file_path: notice.path, message: maskSecrets(notice.message) })),
	};
	return jsonText(document);
}

function startJson(row: StartCommandRow): object {
	return {
		file_path: row.path,
		line_number: row.line,
		service: row.service,
		command: maskSecrets(row.command),
		target: row.target,
		working_directory: row.workingDirectory,
		search_path: row.searchPath,
		in_container: row.inContainer,
		audited: row.isAudited,
		verdict: row.verdict,
		stops_at:
			row.stop === null
				? null
				: {
						file_path: row.stop.path,
						line_number: row.stop.line,
						expected_error: row.stop.error === null ? null : maskSecrets(row.stop.error),
						problem_description: maskSecrets(row.stop.problem),
					},
		differences: row.differences,
		needs: row.needs,
		correction: row.correction === null ? null : maskSecrets(row.correction),
	};
}

function count(issues: readonly Issue[], severity: Issue["severity"]): number {
	return issues.filter((issue) => issue.severity === severity).length;
}

function issueJson(issue: Issue, texts: Texts): object {
	return {
		id: issue.id,
		rule: issue.rule,
		fingerprint: issue.fingerprint,
		severity: issue.severity,
		category: issue.category,
		story: issue.story,
		blocks_startup: issue.blocksStartup,
		stage: issue.stage,
		reached_from_target: issue.reachedFromTarget,
		fails_on: issue.failsOn,
		file_path: issue.at.path,
		line_number: issue.at.line,
		column: issue.at.column,
		end_line: issue.at.endLine,
		problem_description: maskSecrets(issue.problem),
		root_cause: maskSecrets(issue.rootCause),
		expected_error: issue.expectedError === null ? null : maskSecrets(issue.expectedError),
		raised_at: issue.raisedAt === null ? null : { file_path: issue.raisedAt.path, line_number: issue.raisedAt.line },
		import_chain: issue.importChain,
		exact_fix: issue.fix ? fixJson(issue, issue.fix, texts) : null,
		alternatives: issue.alternatives.map((fix) => fixJson(issue, fix, texts)),
		manual_steps: issue.manualSteps.map((step) => maskSecrets(step)),
		related_issues: issue.related,
		hides: issue.hides,
	};
}

function fixJson(issue: Issue, fix: Fix, texts: Texts): object {
	const touchesOwnFile = fix.edits.some((edit) => edit.path === issue.at.path);
	const path = touchesOwnFile ? issue.at.path : (fix.edits[0]?.path ?? fix.moves?.[0]?.path ?? issue.at.path);
	const span = spanOf(fix.edits, path, texts);
	const shown = span ? maskEdit(span) : null;
	return {
		title: maskSecrets(fix.title),
		explanation: maskSecrets(fix.explanation),
		applicability: fix.applicability,
		file_path: path,
		start_line: shown?.startLine ?? 1,
		end_line: shown?.endLine ?? 0,
		old_code: shown?.oldText ?? "",
		new_code: shown?.newText ?? "",
		masked: shown?.masked ?? false,
		edits: lineEditsOf(fix.edits, texts)
			.map(maskEdit)
			.map((edit) => ({
				file_path: edit.path,
				start_line: edit.startLine,
				end_line: edit.endLine,
				old_code: edit.oldText,
				new_code: edit.newText,
				masked: edit.masked,
			})),
		...(fix.moves && { moves: fix.moves.map(({ path: from, to }) => ({ file_path: from, new_path: to })) }),
		commands: fix.commands,
	};
}
