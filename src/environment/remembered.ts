/** Remembers the answers to a question about a text. */
export function remembered<Answer>(ask: (text: string) => Answer): (text: string) => Answer {
	const answers = new Map<string, Answer>();
	return (text) => {
		let answer = answers.get(text);
		if (answer === undefined) {
			answer = ask(text);
			answers.set(text, answer);
		}
		return answer;
	};
}
