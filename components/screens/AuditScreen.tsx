import { Box } from "ink";
import { type Line, span } from "../../src/session/view/line.ts";
import { type AuditProgress, openingRows } from "../../src/session/view/opening.ts";
import { Working } from "../parts/Foot.tsx";
import { Rows } from "../parts/Rows.tsx";

interface AuditScreenProps {
	readonly steps: readonly AuditProgress[];
	readonly width: number;
}

const title: readonly Line[] = [[span("bootmend", "accent"), span("  reads your backend; nothing of it is run", "dim")], []];

/** The first audit, step by step. */
export function AuditScreen({ steps, width }: AuditScreenProps) {
	const { done, current } = openingRows(steps, width);
	return (
		<Box flexDirection="column">
			<Rows lines={title} width={width} />
			<Rows lines={done} width={width} />
			<Working words={current} width={width} />
		</Box>
	);
}
