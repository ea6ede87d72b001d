import { Box, Text } from "ink";
import type { BodyView } from "../../src/session/view/view.ts";
import { Rows } from "../parts/Rows.tsx";
import { theme } from "../theme.ts";

interface IssuesScreenProps {
	readonly body: Extract<BodyView, { type: "columns" }>;
	readonly width: number;
	readonly height: number;
}

/** The issue list beside the chosen issue. */
export function IssuesScreen({ body, width, height }: IssuesScreenProps) {
	return (
		<Box>
			<Box width={body.leftWidth} flexShrink={0}>
				<Rows lines={body.left} width={body.leftWidth} />
			</Box>
			<Box width={3} flexShrink={0}>
				<Text {...theme.dim}>{Array.from({ length: height }, () => " │").join("\n")}</Text>
			</Box>
			<Rows lines={body.right} width={width - body.leftWidth - 3} />
		</Box>
	);
}
