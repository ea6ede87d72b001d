/** A key that cryptography's Fernet takes, and that nobody mistakes for a real one: `change-me-change-me-change-me-!!` in base64. */
export const fernetPlaceholder = "Y2hhbmdlLW1lLWNoYW5nZS1tZS1jaGFuZ2UtbWUtISE=";
