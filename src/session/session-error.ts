/** A session that cannot be opened, for a reason that a person can mend. */
export class SessionError extends Error {
	override readonly name = "SessionError";

	constructor(
		/** What is in the way, as a whole sentence. */
		message: string,
		/** What the person can do about it, as a whole sentence. */
		readonly nextStep: string,
	) {
		super(message);
	}
}
