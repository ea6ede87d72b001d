import { createHash } from "node:crypto";
import { type EventPlace, eventPlaces } from "../project/imports/event-places.ts";
import type { Project } from "../project/project.ts";
import { parseDotenv } from "../project/settings/dotenv.ts";
import { Effort, EffortSpent, withinEffort, withinEffortOr } from "../python/effort.ts";
import { hideSecrets, secretsIn } from "../text/known-secrets.ts";
import { LineIndex } from "../text/line-index.ts";
import type { TextEdit } from "../text/range.ts";
import { isEnvFile } from "../text/secrets.ts";
import type { Fix, FixProposal } from "./fix.ts";
import { type Issue, type Location, type Severity, storyOf } from "./issue.ts";
import { materialise } from "./materialise.ts";
import type { AnyRule, Description, Match } from "./rule.ts";

/** An issue before the plan has numbered it and related it to others. */
export interface FoundIssue extends Omit<Issue, "id" | "related" | "hides"> {
	/** Position in start-up, comparable between issues; null where start-up does not meet it. */
	readonly order: number | null;
}

export interface AuditResult {
	/** By rule, then in the order in which the rule yields them. */
	readonly issues: readonly FoundIssue[];
	/** Rules that broke down, which is a bug of ours: the audit goes on without them, and says so. */
	readonly brokenRules: readonly BrokenRule[];
	/** Names of rules that saw more than `mostIssues` places: the rest is left unsaid, and the report says so. */
	readonly cutRules: readonly string[];
	/** Names of rules whose work took more than `RuleEfforts` allow: what they had not found by then is left unsaid, and the report says so. */
	readonly spentRules: readonly string[];
}

/** What one rule may report of one project: more is read by nobody, and relating all of them to one another would take hours. */
export const mostIssues = 1_000;

export interface BrokenRule {
	readonly rule: string;
	readonly error: string;
}

/** Steps that finding issues and making fixes may take, of one rule and of all together. */
export interface RuleEfforts {
	readonly rule: number;
	readonly allRules: number;
	readonly fixesOfRuleInFile: number;
	readonly allFixes: number;
}

/**
 * Real projects take a fifth of them at the most, nearly all less than a hundredth; what takes more is made to, and would take
 * minutes or hours.
 */
const usualEfforts: RuleEfforts = {
	rule: 25_000_000,
	allRules: 75_000_000,
	fixesOfRuleInFile: 20_000_000,
	allFixes: 40_000_000,
};

/** Asks every rule about the project. */
export function runRules(project: Project, rules: readonly AnyRule[], efforts: RuleEfforts = usualEfforts): AuditResult {
	const runner = new Runner(project, efforts);
	const result = {
		issues: [] as FoundIssue[],
		brokenRules: [] as BrokenRule[],
		cutRules: [] as string[],
		spentRules: [] as string[],
	};
	for (const rule of rules) {
		try {
			if (!runner.ask(rule, result.issues)) result.cutRules.push(rule.name);
		} catch (error) {
			if (error instanceof EffortSpent) result.spentRules.push(rule.name);
			else result.brokenRules.push({ rule: rule.name, error: error instanceof Error ? error.message : String(error) });
		}
	}
	return { ...result, issues: runner.withoutWanted(result.issues) };
}

/** What the issues of one run share. */
class Runner {
	private readonly lines = new Map<string, LineIndex>();
	private readonly effort: Effort;
	private readonly fixEffort: Effort;
	/** What fixes may still take, by rule and file: each is tried on the whole of its file. */
	private readonly fixEfforts = new Map<string, Effort>();
	private secrets: readonly string[] | null = null;
	private readonly fingerprints = new Map<string, number>();
	private readonly reachedPaths: ReadonlySet<string>;
	/** Where code fails that every request runs. */
	private readonly requestPlaces: ReadonlySet<string>;
	private readonly eventPlaces: ReadonlyMap<number, EventPlace>;
	/** Names that issues take for unused. */
	private readonly unused = new Map<FoundIssue, string>();

	constructor(
		private readonly project: Project,
		private readonly efforts: RuleEfforts,
	) {
		this.effort = new Effort(efforts.allRules);
		this.fixEffort = new Effort(efforts.allFixes);
		this.reachedPaths = reachedPathsOf(project);
		this.eventPlaces = eventPlaces(project.trace);
		const late = project.trace.failures.filter(({ everyRequest }) => everyRequest === true);
		this.requestPlaces = new Set(late.map(({ module, range }) => `${module.path}:${range.start}`));
	}

	/** Adds what a rule finds; false where it finds more than `mostIssues`. Throws an `EffortSpent` where it takes too much work. */
	ask(rule: AnyRule, issues: FoundIssue[]): boolean {
		const ofRule = new Effort(this.efforts.rule);
		const within = <Result>(work: () => Result): Result => withinEffort(this.effort, () => withinEffort(ofRule, work));
		const matches = within(() => rule.detect(this.project)[Symbol.iterator]());
		for (let count = 0; ; count++) {
			const next = within(() => matches.next());
			if (next.done) return true;
			if (count === mostIssues) return false;
			const description = this.discreet(within(() => rule.describe(next.value, this.project)));
			const issue = this.issueOf(rule, next.value, description);
			if (description.unlessUsed !== undefined) this.unused.set(issue, description.unlessUsed);
			issues.push(issue);
		}
	}

	/** Leaves out issues about an unused name that the mend of another issue uses: removing it first would spoil that mend. */
	withoutWanted(issues: readonly FoundIssue[]): readonly FoundIssue[] {
		if (this.unused.size === 0) return issues;
		const used = new Map<string, Set<string>>();
		for (const issue of issues) {
			if (this.unused.has(issue)) continue;
			for (const edit of issue.fix?.edits ?? []) {
				const names = used.get(edit.path) ?? new Set();
				used.set(edit.path, names);
				for (const name of this.namesBroughtBy(edit)) names.add(name);
			}
		}
		return issues.filter((issue) => !used.get(issue.at.path)?.has(this.unused.get(issue) ?? ""));
	}

	/** Words of the new text that the text in its place does not have as often. */
	private namesBroughtBy({ path, range, newText }: TextEdit): readonly string[] {
		const replaced = new Map<string, number>();
		const old = this.project.files.get(path)?.text.slice(range.start, range.end) ?? "";
		for (const word of wordsOf(old)) replaced.set(word, (replaced.get(word) ?? 0) + 1);
		return wordsOf(newText).filter((word) => {
			const left = replaced.get(word) ?? 0;
			replaced.set(word, left - 1);
			return left <= 0;
		});
	}

	private issueOf(rule: AnyRule, match: Match<unknown>, description: Description): FoundIssue {
		const { project } = this;
		const reached = description.reached !== false && (!/\.pyi?$/.test(match.path) || this.reachedPaths.has(match.path));
		const severity = clamped(description.severity, reached);
		const fixes = this.fixesOf(rule, match);
		const fix = fixes?.first ?? null;
		const module = project.modulesByPath.get(match.path);
		return {
			rule: rule.name,
			fingerprint: this.fingerprint(rule, match),
			severity,
			category: rule.category,
			story: storyOf(rule.category),
			stage: severity === description.severity ? this.stageOf(match, description) : "none",
			blocksStartup: severity === "CRITICAL",
			reachedFromTarget: reached,
			failsOn: severity === "CRITICAL" ? (description.failsOn ?? ["this-machine", "clean-install"]) : (description.failsOn ?? []),
			at: this.locationOf(match),
			problem: description.problem,
			rootCause: description.rootCause,
			expectedError: description.expectedError ?? null,
			raisedAt: this.raisedAt(match, description),
			importChain: (reached && module && project.trace.runs.get(module.name)?.chain) || [],
			fix,
			alternatives: fixes?.others ?? [],
			manualSteps: fixes === null ? [...(description.manualSteps ?? []), laterFix] : manualSteps(description, fix),
			order: description.order ?? null,
		};
	}

	/** Where the event of start-up stands that fails; a fault may well lie elsewhere, in `.env` or in a class that is used too early. */
	private raisedAt(match: Match<unknown>, { stage, order }: Description): EventPlace | null {
		if (stage !== "import" && stage !== "startup") return null;
		// Faults of one event are told apart by fractions.
		const place = order === undefined ? undefined : this.eventPlaces.get(Math.floor(order));
		const line = /\.pyi?$/.test(match.path) ? this.linesOf(match.path).positionAt(match.range.start).line : null;
		if (place === undefined) return line === null ? null : { path: match.path, line };
		const { path, decoratedFrom } = place;
		const isDecorator =
			path === match.path && line !== null && decoratedFrom !== undefined && line >= decoratedFrom && line < place.line;
		return { path, line: isDecorator ? line : place.line };
	}

	/** What a middleware raises stops no start: the first request meets it. */
	private stageOf({ path, range }: Match<unknown>, { stage }: Description): Description["stage"] {
		return stage === "startup" && this.requestPlaces.has(`${path}:${range.start}`) ? "request" : stage;
	}

	/** The fixes of a match; null where making them takes more than is left for them. */
	private fixesOf(rule: AnyRule, match: Match<unknown>): { readonly first: Fix | null; readonly others: readonly Fix[] } | null {
		const key = `${rule.name}\0${match.path}`;
		const ofRuleInFile = this.fixEfforts.get(key) ?? new Effort(this.efforts.fixesOfRuleInFile);
		this.fixEfforts.set(key, ofRuleInFile);
		return withinEffortOr(this.fixEffort, null, () =>
			withinEffort(ofRuleInFile, () => ({
				first: this.fixOf(rule.fix?.(match, this.project)),
				others: (rule.alternatives?.(match, this.project) ?? []).flatMap((proposal) => this.fixOf(proposal) ?? []),
			})),
		);
	}

	private fixOf(proposal: FixProposal | undefined): Fix | null {
		const fix = proposal ? materialise(proposal, this.project) : null;
		return fix && { ...fix, title: this.hide(fix.title), explanation: this.hide(fix.explanation) };
	}

	/** What the code makes of its settings is told without the secrets among them. */
	private discreet(description: Description): Description {
		const { problem, rootCause, expectedError, manualSteps } = description;
		return {
			...description,
			problem: this.hide(problem),
			rootCause: this.hide(rootCause),
			...(expectedError !== undefined && { expectedError: this.hide(expectedError) }),
			...(manualSteps !== undefined && { manualSteps: manualSteps.map((step) => this.hide(step)) }),
		};
	}

	private hide(text: string): string {
		this.secrets ??= tellingSecrets(this.project);
		return hideSecrets(text, this.secrets);
	}

	private locationOf(match: Match<unknown>): Location {
		const { path, range } = match;
		const lines = this.linesOf(path);
		const start = lines.positionAt(range.start);
		return {
			path,
			range,
			line: start.line,
			column: start.column,
			endLine: lines.positionAt(Math.max(range.start, range.end - 1)).line,
		};
	}

	private linesOf(path: string): LineIndex {
		let lines = this.project.modulesByPath.get(path)?.lines ?? this.lines.get(path);
		if (!lines) {
			lines = new LineIndex(this.project.files.get(path)?.text ?? "");
			this.lines.set(path, lines);
		}
		return lines;
	}

	/** Made of names only, so that it survives moved lines. The second issue of the same subject in a file is told apart by its turn. */
	private fingerprint(rule: AnyRule, match: Match<unknown>): string {
		const key = [rule.name, match.path, match.subject].join("\0");
		const turn = this.fingerprints.get(key) ?? 0;
		this.fingerprints.set(key, turn + 1);
		return createHash("sha256")
			.update(turn === 0 ? key : `${key}\0${turn}`)
			.digest("hex")
			.slice(0, 16);
	}
}

function wordsOf(text: string): readonly string[] {
	return text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];
}

/** A file that the target never reaches cannot stop it. */
function clamped(severity: Severity, reached: boolean): Severity {
	return severity === "CRITICAL" && !reached ? "MEDIUM" : severity;
}

const laterFix =
	"Trying fixes on so long a file, or so many of them, stopped before this one: apply those that are there and audit again, or mend it by hand.";

function manualSteps(description: Description, fix: Fix | null): readonly string[] {
	const steps = description.manualSteps ?? [];
	if (fix || steps.length > 0) return steps;
	return ["No change of the code is certain to mend this: read the cause above, and decide what was meant."];
}

/** More secrets than a project has, so that a file of nothing else costs bounded time. */
const mostSecrets = 500;

/** The secrets of the server's variables and of `.env` files; words that a sentence may well hold by chance (`postgres`) are none. */
function tellingSecrets({ processEnvironment, files }: Project): readonly string[] {
	const variables = Object.entries(processEnvironment);
	for (const { path, text } of files.values()) {
		if (!isEnvFile(path)) continue;
		for (const { key, value } of parseDotenv(text).entries) if (value !== null) variables.push([key, value]);
	}
	const isTelling = (secret: string) => secret.length >= 12 || /[^a-z]/i.test(secret);
	return secretsIn(variables).filter(isTelling).slice(0, mostSecrets);
}

function reachedPathsOf(project: Project): ReadonlySet<string> {
	const paths = new Set<string>();
	for (const run of project.trace.runs.values()) if (run.reached) paths.add(run.module.path);
	for (const failure of project.trace.failures) if (failure.reached) paths.add(failure.module.path);
	return paths;
}
