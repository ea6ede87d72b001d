/** Characters kept of the beginning and of the end of what a server prints. */
const headLimit = 64_000;
const tailLimit = 256_000;

/** What a process printed, bounded however much that is: its beginning and its end, with a note of what lies between. */
export class CappedOutput {
	#head = "";
	#tail = "";
	#length = 0;
	readonly #decoder = new TextDecoder();

	/** Takes the next bytes. */
	append(chunk: Uint8Array): void {
		let text = this.#decoder.decode(chunk, { stream: true });
		this.#length += text.length;
		if (this.#head.length < headLimit) {
			const room = headLimit - this.#head.length;
			this.#head += text.slice(0, room);
			text = text.slice(room);
		}
		if (text === "") return;
		this.#tail += text;
		if (this.#tail.length > 2 * tailLimit) this.#tail = this.#tail.slice(-tailLimit);
	}

	/** Characters printed so far: a mark for {@link since}. */
	get length(): number {
		return this.#length;
	}

	/** All that is kept. */
	get text(): string {
		return this.since(0);
	}

	/** What was printed since a mark, as far as it is kept. */
	since(mark: number): string {
		const head = this.#head.slice(mark);
		const tailStart = this.#length - this.#tail.length;
		const tail = this.#tail.slice(Math.max(0, mark - tailStart));
		const lost = tailStart - Math.max(mark, this.#head.length);
		return lost > 0 && tail !== "" ? `${head}\n[${lost} characters left out]\n${tail}` : head + tail;
	}
}
