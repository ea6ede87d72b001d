import type { AuditReport } from "../plan/audit-report.ts";
import type { KnownIds } from "../plan/plan.ts";
import type { SourceTree } from "../project/project.ts";

/** An audit of the tree as it is on disk, together with the files it saw: their hashes say later whether a fix still fits. */
export interface Diagnosis {
	readonly report: AuditReport;
	readonly files: SourceTree;
}

/** Audits the tree on disk afresh; issues that have an id keep it. It is expected not to throw on any source. */
export type Diagnose = (known: KnownIds) => Promise<Diagnosis>;
