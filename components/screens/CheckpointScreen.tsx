import { Box, Text } from "ink";
import SelectInput from "ink-select-input";
import type { CheckpointChoice } from "../../src/session/view/checkpoint.ts";
import { textWidth } from "../../src/session/view/line.ts";
import type { BodyView } from "../../src/session/view/view.ts";
import { Rows } from "../parts/Rows.tsx";
import { theme } from "../theme.ts";

interface CheckpointScreenProps {
	readonly body: Extract<BodyView, { type: "menu" }>;
	readonly width: number;
	readonly isActive: boolean;
	readonly onChoose: (choice: CheckpointChoice) => void;
}

/** A story is decided: what came of it, and the ways on. */
export function CheckpointScreen({ body, width, isActive, onChoose }: CheckpointScreenProps) {
	const labelWidth = Math.max(...body.items.map((item) => textWidth(item.label)));
	const items = body.items.map((item) => ({ value: item.value, label: `${item.label.padEnd(labelWidth)}\t${item.note}` }));
	return (
		<Box flexDirection="column">
			<Rows lines={body.above} width={width} />
			<Text> </Text>
			<SelectInput
				key={body.id}
				items={items}
				isFocused={isActive}
				onSelect={(item) => onChoose(item.value)}
				indicatorComponent={Indicator}
				itemComponent={Choice}
			/>
			<Text> </Text>
			<Rows lines={body.below} width={width} />
		</Box>
	);
}

function Indicator({ isSelected = false }: { readonly isSelected?: boolean }) {
	return (
		<Box flexShrink={0}>
			<Text {...theme.accent}>{isSelected ? "▸ " : "  "}</Text>
		</Box>
	);
}

function Choice({ label, isSelected = false }: { readonly label: string; readonly isSelected?: boolean }) {
	const [words = "", note = ""] = label.split("\t");
	return (
		<Text wrap="truncate-end">
			<Text {...(isSelected ? theme.strong : theme.plain)}>{words}</Text>
			<Text {...theme.dim}>{`   ${note}`}</Text>
		</Text>
	);
}
